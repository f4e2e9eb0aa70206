import { streamCategory } from '../domain/stream.ts'
import {
  beforeFirst,
  type EventStore,
  type Position,
  type StoredEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from './ports/event-store.ts'

export type SharedSubscriptionOptions = {
  /** Of the streams that the shared subscription is to. Who wants others, or all there are, subscribes alone. */
  readonly categories: readonly string[]
  /** How many events may wait for one subscriber. With more it subscribes alone again, until it has caught up. Default 2000. */
  readonly maxWaitingEvents?: number
}

/**
 * The same store, whose subscribers share one subscription. Each begins with one of its own, as it may be far behind, and leaves it once it is where
 * the shared one is: an event is sent and parsed once for a process, and not once for each that follows the log in it. None waits for another.
 * When the shared subscription drops, all that use it are told, and begin again.
 */
export const shareSubscriptions = (
  store: EventStore,
  { categories, maxWaitingEvents = 2000 }: SharedSubscriptionOptions,
): EventStore => {
  const shared = new Set(categories)
  let current: Feed | null = null

  const pump = async (feed: Feed): Promise<void> => {
    let end: unknown = null
    try {
      const after = feed.position
      for await (const batch of store.subscribe({ after, categories, signal: feed.stopping.signal })) {
        feed.position = batch.position
        feed.isLive ||= batch.kind === 'caught-up'
        for (const lane of feed.lanes) lane.offer(batch, feed.isLive)
      }
    } catch (error) {
      end = error
    }
    if (current === feed) current = null
    for (const lane of feed.lanes) lane.end(end)
  }

  const startFeed = (position: Position): Feed => {
    const feed: Feed = { position, isLive: false, lanes: new Set(), stopping: new AbortController() }
    void pump(feed)
    return feed
  }

  /** From now on the lane gets all that the shared subscription does: what comes after `position`, for one that stands at `here` at the latest. */
  const join = (here: Position, wanted: ReadonlySet<string>, signal: AbortSignal): Place => {
    current ??= startFeed(here)
    const feed = current
    const lane = createLane(wanted, maxWaitingEvents)
    feed.lanes.add(lane)
    const end = (): void => lane.end(null)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    const leave = (): void => {
      signal.removeEventListener('abort', end)
      feed.lanes.delete(lane)
      if (feed.lanes.size > 0) return
      feed.stopping.abort()
      if (current === feed) current = null
    }
    return { position: feed.position, lane, leave }
  }

  async function* subscribeShared(
    { after, signal }: SubscribeOptions,
    wanted: readonly string[],
  ): AsyncGenerator<SubscriptionBatch> {
    const own = new Set(wanted)
    let position = after
    while (!signal.aborted) {
      let place: Place | null = null
      try {
        for await (const batch of store.subscribe({ after: position, categories: wanted, signal })) {
          position = batch.position
          yield batch
          if (batch.kind === 'caught-up') place ??= join(position, own, signal)
          if (place !== null && place.position <= position) break
        }
        if (place === null) return
        for (let range = await place.lane.take(); range !== null; range = await place.lane.take()) {
          const from = position
          const events = range.events.filter((event) => event.position > from)
          position = Math.max(position, range.position)
          if (events.length > 0) yield { kind: 'events', events, position }
          if (range.caughtUp) yield { kind: 'caught-up', position }
        }
      } finally {
        place?.leave()
      }
    }
  }

  return {
    ...store,
    subscribe: (options) => {
      const { categories: wanted } = options
      if (!wanted?.every((category) => shared.has(category))) return store.subscribe(options)
      return subscribeShared(options, wanted)
    },
  }
}

/** The shared subscription: everything up to `position` was offered to the lanes. `isLive`: it has caught up since it began. */
type Feed = {
  position: Position
  isLive: boolean
  readonly lanes: Set<Lane>
  readonly stopping: AbortController
}

type Place = { readonly position: Position; readonly lane: Lane; readonly leave: () => void }

type Range = { readonly events: readonly StoredEvent[]; readonly position: Position; readonly caughtUp: boolean }

/** What one subscriber has still to take. */
type Lane = {
  readonly offer: (batch: SubscriptionBatch, isLive: boolean) => void
  /** `error`: null where nothing failed. */
  readonly end: (error: unknown) => void
  /** Takes all that waits, and waits where nothing does. Null once too much waited or the lane has ended; throws what it ended with. */
  readonly take: () => Promise<Range | null>
}

const createLane = (categories: ReadonlySet<string>, maxEvents: number): Lane => {
  let events: StoredEvent[] = []
  let position: Position = beforeFirst
  let caughtUp = false
  let over: { readonly error: unknown } | null = null
  let change = Promise.withResolvers<void>()

  const end = (error: unknown): void => {
    over ??= { error }
    change.resolve()
  }

  return {
    offer: (batch, isLive) => {
      if (over !== null) return
      const own =
        batch.kind === 'events' ? batch.events.filter(({ stream }) => categories.has(streamCategory(stream))) : []
      for (const event of own) events.push(event)
      // Where others' events alone came, the place is told as after a filter of the store.
      caughtUp = own.length === 0 && (isLive || caughtUp)
      position = batch.position
      if (events.length > maxEvents) end(null)
      else if (own.length > 0 || caughtUp) change.resolve()
    },
    end,
    take: async () => {
      while (over === null && events.length === 0 && !caughtUp) {
        await change.promise
        change = Promise.withResolvers()
      }
      if (over !== null) {
        events = []
        if (over.error !== null) throw over.error
        return null
      }
      const range = { events, position, caughtUp }
      events = []
      caughtUp = false
      return range
    },
  }
}
