import type { EventStore, Position, StoredEvent, SubscriptionBatch } from '../commands/ports/event-store.ts'
import { eventMark } from '../commands/ports/log-mark.ts'
import { coalesce } from './coalesce.ts'
import type { EventRange } from './project-batch.ts'
import type { EventReader } from './read-events.ts'

export type ReadRangesDeps = {
  readonly eventStore: Pick<EventStore, 'readAll'>
  readonly read: EventReader
  /** Default: all. */
  readonly categories?: readonly string[] | undefined
}

/** How many events are read ahead while the views are busy with those before. */
const maxReadAhead = 4096
/** For a view, a range is a call to its store whether it has one event or as many as fit into one message to Redis. */
const rangeEvents = 1000

/** What the log has after a position, checked, in ranges of at most `rangeEvents`. Ends at `until`, or at the last event there is. */
export async function* readRanges(
  { eventStore, read, categories }: ReadRangesDeps,
  { after, until, signal }: { readonly after: Position; readonly until?: Position; readonly signal: AbortSignal },
): AsyncGenerator<EventRange> {
  const left = new AbortController()
  const either = AbortSignal.any([signal, left.signal])
  const pages = eventStore.readAll({ after, ...(categories && { categories }), signal: either })
  const stop = () => left.abort()
  for await (const { events } of coalesce(asBatches(pages), {
    maxEvents: maxReadAhead,
    minEvents: rangeEvents,
    stop,
  })) {
    const wanted = until === undefined ? events : events.filter(({ position }) => position <= until)
    for (let from = 0; from < wanted.length; from += rangeEvents) {
      const range = wanted.slice(from, from + rangeEvents)
      const last = range.at(-1)
      if (last) yield { events: read(range), position: last.position, lastEvent: eventMark(last) }
    }
    if (wanted.length < events.length) return
  }
}

async function* asBatches(pages: AsyncIterable<readonly StoredEvent[]>): AsyncGenerator<SubscriptionBatch> {
  for await (const events of pages) {
    const last = events.at(-1)
    if (last) yield { kind: 'events', events, position: last.position }
  }
}
