import type { FollowerError, FollowerStatus } from '../commands/follower.ts'
import type { EventStore, Position } from '../commands/ports/event-store.ts'
import type { BackOffBounds } from '../kernel/back-off.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { noTracer, type Tracer } from '../kernel/tracer.ts'
import { createLagMeter, type ViewLag } from './lag.ts'
import { createLogFeed } from './log-feed.ts'
import { createLogId } from './log-id.ts'
import type { ViewStore } from './ports/view-store.ts'
import type { Projection } from './projection.ts'
import { categoriesOf, createEventReader } from './read-events.ts'
import { noMetrics, type ProjectionMetrics } from './telemetry.ts'
import { createAppliedTracer } from './trace-applied.ts'
import { createViewFollower, type ViewFollower } from './view-follower.ts'
import { createViewProjector } from './view-projector.ts'

export type ProjectionEngineConfig = {
  /** How many events may wait in memory for one view. */
  readonly maxBufferedEvents: number
  /** How long a view may lie behind by events that are not its own: it passes over many of them at once. */
  readonly restMs: number
  /** How long views at the end of the log wait for one that is not placed yet, or takes nothing: it goes on alone then. */
  readonly patienceMs: number
  /** Between attempts to reach a store, or to get over an event a projection throws on. */
  readonly backOff: BackOffBounds
  /** How long `stop` waits for the ranges in hand. */
  readonly stopTimeoutMs: number
  /** How often views are looked at that nothing happens to: a store may lose them, and no event would show it. */
  readonly lookAtViewsMs: number
}

export const defaultEngineConfig: ProjectionEngineConfig = {
  maxBufferedEvents: 4096,
  restMs: 250,
  patienceMs: 1000,
  backOff: { firstMs: 50, maxMs: 10_000 },
  stopTimeoutMs: 5000,
  lookAtViewsMs: 5000,
}

export type ProjectionEngineDeps = Pick<Kernel, 'clock' | 'random' | 'timers' | 'log'> & {
  readonly eventStore: EventStore
  readonly viewStore: ViewStore
  readonly projections: readonly Projection[]
  readonly metrics?: ProjectionMetrics
  /** Default: what is applied is not traced. */
  readonly tracer?: Tracer
  readonly config?: Partial<ProjectionEngineConfig>
}

/**
 * `failed`: there is a bug, such as a projection that throws on an event. The view stands before that event, is tried again, and the others
 * go on. `catching-up`: it is behind the subscription and reads the log alone, or its store cannot be reached.
 */
export type ViewStatus = 'following' | 'catching-up' | 'failed'
export type ViewHealth = {
  readonly view: string
  readonly status: ViewStatus
  readonly checkpoint: Position
  /** In a row, without getting any further. */
  readonly failures: number
  /** Since it last got further. */
  readonly error: FollowerError | null
}
/** `connected`: the log is being followed. `feed`: what follows it for all. `views`: every view of the engine. */
export type EngineHealth = {
  readonly connected: boolean
  readonly feed: FollowerStatus
  readonly views: readonly ViewHealth[]
}

export type ProjectionEngine = {
  readonly start: () => void
  /** Stops after the ranges in hand, or when `stopTimeoutMs` has passed. Stopping twice is fine. */
  readonly stop: () => Promise<void>
  /** True once every view shows everything that was in the log at the call, false when the signal aborts first. */
  readonly caughtUp: (signal: AbortSignal) => Promise<boolean>
  readonly health: () => EngineHealth
  readonly lag: () => Promise<readonly ViewLag[]>
}

/**
 * Keeps views up to date. Each is a follower of its own: one that fails, or whose part of the store is away, falls behind and catches up
 * alone. Those at the end of the log share a subscription. Any number of engines may run on the same stores: the checkpoint of a view lets
 * each event through once.
 */
export const createProjectionEngine = (deps: ProjectionEngineDeps): ProjectionEngine => {
  const { eventStore, viewStore, projections, log, clock, timers, metrics = noMetrics, tracer = noTracer } = deps
  const config: ProjectionEngineConfig = { ...defaultEngineConfig, ...deps.config }
  const { backOff, maxBufferedEvents, restMs, patienceMs } = config
  const stopping = new AbortController()
  const { signal } = stopping
  const logId = createLogId(eventStore, signal)
  const lagMeter = createLagMeter(clock.elapsedMs)
  const onApplied = tracer === noTracer ? undefined : createAppliedTracer(tracer)
  let connected = false
  let looking: Promise<void> = Promise.resolve()

  const feed = createLogFeed({
    ...deps,
    read: createEventReader({ log, metrics }),
    categories: categoriesOf(projections),
    backOff,
    maxBufferedEvents,
    restMs,
    patienceMs,
    onCaughtUp: () => {
      connected = true
      lagMeter.connected()
    },
    onDropped: () => {
      connected = false
      if (signal.aborted) return
      lagMeter.disconnected()
      metrics.dropped()
    },
  })
  // As far as readers may have seen it: there may be records of others behind the last event.
  const completeAt = async () => Math.max(feed.position(), await eventStore.head())

  const views = projections.map((projection) =>
    createViewFollower(
      { ...deps, feed, metrics, backOff, onApplied },
      createViewProjector({ ...deps, logId, completeAt, metrics }, projection),
    ),
  )

  const statusOf = ({ projector, status }: ViewFollower): ViewStatus => {
    const { state, error } = status()
    if (state === 'failing' && error?.kind === 'bug') return 'failed'
    return state === 'following' && feed.isFed(projector.projection.view) ? 'following' : 'catching-up'
  }

  /** One that advances would notice without being looked at. */
  const isIdle = (view: ViewFollower) => statusOf(view) === 'following' && !view.isAdvancing() && !signal.aborted

  const lookAtViews = async (): Promise<void> => {
    while (!signal.aborted) {
      await timers.sleep(config.lookAtViewsMs, { signal }).catch(() => {})
      for (const followed of views.filter(isIdle)) {
        const { projection, checkpoint } = followed.projector
        const known = checkpoint()
        const stored = await viewStore.checkpoint(projection.view).catch(() => known)
        if (stored >= known || !isIdle(followed)) continue
        log.warn({ view: projection.view, checkpoint: known, stored }, 'the view was lost, and catches up')
        feed.leave(projection.view)
      }
    }
  }

  return {
    start: () => {
      lagMeter.disconnected()
      for (const view of views) view.start()
      feed.start()
      looking = lookAtViews()
    },
    stop: async () => {
      stopping.abort()
      connected = false
      const timeout = new AbortController()
      const late = timers.sleep(config.stopTimeoutMs, { signal: timeout.signal }).then(
        () => 'late',
        () => 'stopped',
      )
      const stopped = Promise.all([...views, feed].map((follower) => follower.stop()).concat(looking))
      const outcome = await Promise.race([stopped, late])
      timeout.abort()
      if (outcome === 'late')
        log.warn({ stopTimeoutMs: config.stopTimeoutMs }, 'stopped before the ranges in hand were done')
    },
    caughtUp: async (waiting) => {
      const head = await eventStore.head()
      const reached = await Promise.all(projections.map(({ view }) => viewStore.waitFor(view, head, waiting)))
      return reached.every(Boolean)
    },
    health: () => ({
      connected,
      feed: feed.status(),
      views: views.map((followed) => {
        const { failures, error } = followed.status()
        const { projection, checkpoint } = followed.projector
        return { view: projection.view, status: statusOf(followed), checkpoint: checkpoint(), failures, error }
      }),
    }),
    lag: async () => {
      const head = await eventStore.head().catch(feed.position)
      return views.map(({ projector }) => lagMeter.measure(projector.projection.view, projector.checkpoint(), head))
    },
  }
}
