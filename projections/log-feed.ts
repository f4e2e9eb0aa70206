import { createFollower, type FollowerKernel, type FollowerStatus } from '../commands/follower.ts'
import type { EventStore, Position, SubscriptionBatch } from '../commands/ports/event-store.ts'
import { eventMark } from '../commands/ports/log-mark.ts'
import { aborted } from '../kernel/aborted.ts'
import type { BackOffBounds } from '../kernel/back-off.ts'
import type { Log } from '../kernel/log.ts'
import { concernOf } from './concerns.ts'
import { createLane, type FedRange, type Lane } from './lane.ts'
import { neverWritten } from './ports/view-store.ts'
import type { Projection } from './projection.ts'
import type { EventReader } from './read-events.ts'
import { readRanges } from './read-ranges.ts'

export type LogFeedDeps = FollowerKernel & {
  readonly eventStore: EventStore
  readonly read: EventReader
  /** Of the streams that the views follow. Default: all. */
  readonly categories: readonly string[] | undefined
  readonly projections: readonly Projection[]
  readonly log: Log
  readonly backOff: BackOffBounds
  /** How many events may wait for one view. */
  readonly maxBufferedEvents: number
  /** How long events of others may wait for one view. */
  readonly restMs: number
  /** How long the others wait for a view that is not placed yet, or takes nothing. It goes on without them then. */
  readonly patienceMs: number
  /** The log is followed to its end. */
  readonly onCaughtUp: () => void
  /** It is not any more. */
  readonly onDropped: () => void
}

/**
 * One subscription for all views that stand at the end of the log. A view that is behind reads the log alone until it is where the
 * subscription is: none waits for another.
 */
export type LogFeed = {
  readonly start: () => void
  readonly stop: () => Promise<void>
  readonly status: () => FollowerStatus
  /** Everything up to here was offered to the views that are fed. */
  readonly position: () => Position
  /** What comes after the position, for one view. Ends when the signal aborts, and when the view is left behind. */
  readonly open: (view: string, after: Position, signal: AbortSignal) => AsyncGenerator<FedRange>
  /** The view could not be placed: nobody has to wait for it. */
  readonly missed: (view: string) => void
  /** Ends what was opened for the view. */
  readonly leave: (view: string) => void
  /** Whether the view takes from the subscription. */
  readonly isFed: (view: string) => boolean
}

export const createLogFeed = (deps: LogFeedDeps): LogFeed => {
  const { eventStore, timers, read, categories, projections, log, maxBufferedEvents, restMs, patienceMs } = deps
  const lanes = new Map<string, Lane>()
  const views = projections.map((projection) => ({ view: projection.view, isConcerned: concernOf(projection) }))
  const unplaced = new Set(projections.map(({ view }) => view))
  const firstPlaces: Position[] = []
  const oneOpened = Promise.withResolvers<void>()
  const allTried = Promise.withResolvers<void>()
  /** Everything up to here was handed to all lanes. Null before the first subscription. */
  let position: Position | null = null
  let isLive = false

  const missed = (view: string): void => {
    unplaced.delete(view)
    if (unplaced.size === 0) allTried.resolve()
  }

  /** Where the view that is furthest behind stands, of those that are placed by then. */
  const place = async (signal: AbortSignal): Promise<Position> => {
    if (position === null) {
      await Promise.race([allTried.promise, aborted(signal), timers.sleep(patienceMs, { signal, ref: false })])
      await Promise.race([oneOpened.promise, aborted(signal)])
      signal.throwIfAborted()
      position = Math.min(...firstPlaces)
      // What views in memory are filled with at the start happened long ago.
      isLive = position !== neverWritten
    }
    return position
  }

  const handle = async (batch: SubscriptionBatch): Promise<void> => {
    const events = batch.kind === 'events' ? batch.events : []
    const last = events.at(-1)
    const lastEvent = last ? eventMark(last) : null
    const range = { events: read(events), position: batch.position, lastEvent, live: isLive }
    position = Math.max(position ?? neverWritten, batch.position)
    for (const { view, isConcerned } of views) {
      lanes.get(view)?.offer(range, !range.live || range.events.some(isConcerned))
    }
    if (batch.kind === 'caught-up') {
      isLive = true
      deps.onCaughtUp()
    }
    if (![...lanes.values()].every((lane) => lane.hasRoom())) await waitForRoom()
  }

  const waitForRoom = async (): Promise<void> => {
    const over = new AbortController()
    const late = timers.sleep(patienceMs, { signal: over.signal, ref: false }).catch(() => {})
    await Promise.race([Promise.all([...lanes.values()].map((lane) => lane.room())), late])
    over.abort()
    for (const [view, lane] of lanes) {
      if (lane.hasRoom()) continue
      log.warn({ view, position, patienceMs }, 'the view is too slow for the others and goes on alone')
      lane.close()
    }
  }

  async function* open(view: string, after: Position, signal: AbortSignal): AsyncGenerator<FedRange> {
    let reached = after
    while (position !== null && reached < position) {
      // Not to the last event, but as far as readers may have seen the view: there may be records of others in between.
      const until = position
      for await (const range of readRanges({ eventStore, read, categories }, { after: reached, signal })) {
        reached = range.position
        yield { ...range, live: false }
      }
      if (signal.aborted) return
      reached = Math.max(reached, until)
      yield { events: [], position: reached, lastEvent: null, live: false }
    }
    // Nothing is awaited since the position was looked at, so that nothing is missed.
    const lane = createLane({ maxEvents: maxBufferedEvents, restMs, timers })
    lanes.set(view, lane)
    if (position === null) {
      firstPlaces.push(after)
      missed(view)
      oneOpened.resolve()
    } else {
      // Says that the view follows, also where nothing happens for long.
      lane.offer({ events: [], position: reached, lastEvent: null, live: false }, true)
    }
    signal.addEventListener('abort', lane.close, { once: true })
    try {
      for (let range = await lane.take(); range !== null; range = await lane.take()) yield range
    } finally {
      signal.removeEventListener('abort', lane.close)
      lane.close()
      if (lanes.get(view) === lane) lanes.delete(view)
    }
  }

  const follower = createFollower<SubscriptionBatch>({
    ...deps,
    name: 'views',
    place,
    open: async function* (after, signal) {
      try {
        yield* eventStore.subscribe({ after, ...(categories && { categories }), signal })
      } finally {
        deps.onDropped()
      }
    },
    handle,
  })

  return {
    start: follower.start,
    stop: follower.stop,
    status: follower.status,
    position: () => position ?? neverWritten,
    open,
    missed,
    leave: (view) => lanes.get(view)?.close(),
    isFed: (view) => lanes.has(view),
  }
}
