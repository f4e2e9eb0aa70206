import type { EventStore, NewEvent, StoredEvent } from '../../commands/ports/event-store.ts'
import { type CofferEventType, eventCatalogue } from '../../domain/catalogue.ts'
import type { EventMetadata } from '../../domain/metadata.ts'
import type { StreamName } from '../../domain/stream.ts'
import { exampleEvent, exampleMetadata, streamOfEvent, type World } from './example-events.ts'

/** An event as it was written: its metadata is sound. */
export type WrittenEvent = StoredEvent & NewEvent

/** A log made event by event, as a store would hold it. */
export type EventLog = {
  readonly add: <T extends CofferEventType>(
    type: T,
    world: World,
    changes?: Parameters<typeof exampleEvent<T>>[2],
    metadata?: Partial<EventMetadata>,
  ) => WrittenEvent
  readonly events: () => readonly WrittenEvent[]
  readonly readStream: EventStore['readStream']
}

export const createEventLog = (): EventLog => {
  const events: WrittenEvent[] = []
  const revisions = new Map<StreamName, number>()
  return {
    add: (type, world, changes, metadata) => {
      const stream = streamOfEvent(type, world)
      const revision = (revisions.get(stream) ?? -1) + 1
      revisions.set(stream, revision)
      const position = events.length
      const full = { ...exampleMetadata(type, world, position), ...metadata }
      const stored: WrittenEvent = {
        id: full.eventId,
        type,
        version: eventCatalogue[type].version,
        data: exampleEvent(type, world, changes).data,
        metadata: full,
        stream,
        revision,
        position,
      }
      events.push(stored)
      return stored
    },
    events: () => events,
    readStream: async function* (stream, { from = 0, maxCount = events.length } = {}) {
      yield events.filter((event) => event.stream === stream && event.revision >= from).slice(0, maxCount)
    },
  }
}

/** Appends events in order, one after the other; the position of the last. */
export const appendAll = async (eventStore: EventStore, events: readonly WrittenEvent[]): Promise<number> => {
  let position = -1
  for (const { stream, revision, position: _, ...event } of events) {
    const result = await eventStore.append(stream, [event], revision === 0 ? 'no-stream' : revision - 1)
    position = result.position
  }
  return position
}
