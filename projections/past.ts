import type { EventStore, StoredEvent } from '../commands/ports/event-store.ts'
import { aggregateOf, tryCategory } from '../domain/aggregates.ts'
import { exclusionCategory, exclusionStream } from '../domain/exclusion/index.ts'
import { checkFitted, fitted } from '../domain/fitted.ts'
import type { StreamName } from '../domain/stream.ts'
import type { Document } from './ports/view-store.ts'
import { type ProjectedEvent, type Projection, readProjected, unreadable } from './projection.ts'

/** Documents as they were. */
export type ReadPast = (key: string) => Promise<Document | null>

/** The streams that a document under this key follows from; none where that cannot be said. */
export type StreamsOf = (key: string) => Promise<readonly StreamName[]>

/**
 * Folds documents of a view from the log up to a moment (ISO 8601, inclusive): with the fold that makes the view, so that nothing is kept for it. A stream
 * is taken up to the first event that happened later. Throws `EventStoreUnavailable`.
 */
export const createPastReader =
  (
    { readStream }: Pick<EventStore, 'readStream'>,
    projection: Projection,
    moment: string,
    streamsOf: StreamsOf = ownStream(projection),
  ): ReadPast =>
  async (key) => {
    const streams = await streamsOf(key)
    const parts = await Promise.all(streams.map((stream) => readUntil(readStream, stream, moment)))
    const events = parts.flat().toSorted((a, b) => a.position - b.position)
    return foldOne(projection, key, readProjected(events))
  }

/** Of a view whose documents follow from one aggregate each, and are named like it. */
const ownStream = ({ categories }: Projection): StreamsOf => {
  const own = categories.filter((category) => category !== exclusionCategory)
  const [category] = own.length === 1 ? own : []
  const excludes = categories.length > own.length
  return async (key) => {
    if (category === undefined) return []
    const aggregate = aggregateOf(category)
    if (!checkFitted(fitted(aggregate.id), key).success) return []
    const stream = aggregate.stream(key)
    if (tryCategory(stream) !== category) return []
    return excludes ? [stream, exclusionStream(stream)] : [stream]
  }
}

const readUntil = async (
  readStream: EventStore['readStream'],
  stream: StreamName,
  moment: string,
): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = []
  for await (const page of readStream(stream)) {
    const later = readProjected(page).find((event) => event.type !== unreadable && event.metadata.at > moment)
    for (const event of page) if (later === undefined || event.revision < later.revision) events.push(event)
    if (later) break
  }
  return events
}

const foldOne = (projection: Projection, key: string, events: readonly ProjectedEvent[]): Document | null => {
  const documents = new Map<string, Document | null>()
  const other = (name: string): Document | null => documents.get(name) ?? null
  for (const event of events) {
    for (const name of projection.keysOf(event)) {
      documents.set(name, projection.evolve(other(name), event, name, other))
    }
  }
  return documents.get(key) ?? null
}
