import { setTimeout as delay } from 'node:timers/promises'
import type { EventStore, Position } from '../commands/ports/event-store.ts'
import { eventMark } from '../commands/ports/log-mark.ts'
import { noTracer, type Tracer } from '../commands/ports/tracer.ts'
import type { BackOffBounds } from '../domain/values/back-off.ts'
import { createBackOff } from './back-off.ts'
import { type CoalescedBatch, coalesce } from './coalesce.ts'
import type { ViewName } from './documents.ts'
import { createLagMeter, type ViewLag } from './lag.ts'
import { createLogId } from './log-id.ts'
import { reasonOf, relationOf } from './log-of-view.ts'
import { neverWritten, type ViewStore } from './ports/view-store.ts'
import { ProjectionFailed } from './project-batch.ts'
import type { Projection } from './projection.ts'
import { categoriesOf, createEventReader } from './read-events.ts'
import { replay } from './replay.ts'
import { noMetrics, type ProjectionLog, type ProjectionMetrics } from './telemetry.ts'
import { createAppliedTracer } from './trace-applied.ts'
import { createViewProjector, type ViewProjector } from './view-projector.ts'

export type ProjectionEngineConfig = {
  /** How many events may wait in memory while the views are busy. */
  readonly maxBufferedEvents: number
  /** Between attempts to reach a store, or to get over an event a projection throws on. */
  readonly backOff: BackOffBounds
  /** How long `stop` waits for the batch in hand. */
  readonly stopTimeoutMs: number
  /** How often views are looked at that nothing happens to: a store may lose them, and no event would show it. */
  readonly lookAtViewsMs: number
}

export const defaultEngineConfig: ProjectionEngineConfig = {
  maxBufferedEvents: 4096,
  backOff: { firstMs: 50, maxMs: 10_000 },
  stopTimeoutMs: 5000,
  lookAtViewsMs: 5000,
}

export type ProjectionEngineDeps = {
  readonly eventStore: EventStore
  readonly viewStore: ViewStore
  readonly projections: readonly Projection[]
  readonly log: ProjectionLog
  readonly metrics?: ProjectionMetrics
  /** Default: what is applied is not traced. */
  readonly tracer?: Tracer
  readonly config?: Partial<ProjectionEngineConfig>
  /** Milliseconds, only ever compared with each other. */
  readonly now?: () => number
}

/** `failed`: its projection throws on an event. It stands before that event, is tried again, and the other views go on. */
export type ViewStatus = 'following' | 'catching-up' | 'failed'
export type ViewHealth = {
  readonly view: ViewName
  readonly status: ViewStatus
  readonly checkpoint: Position
  /** Why it does not follow. */
  readonly error: string | null
}
/** `connected`: the log is being followed. `views`: every view of the engine. */
export type EngineHealth = { readonly connected: boolean; readonly views: readonly ViewHealth[] }

export type ProjectionEngine = {
  readonly start: () => void
  /** Stops after the batch in hand, or when `stopTimeoutMs` has passed. Stopping twice is fine. */
  readonly stop: () => Promise<void>
  /** True once every view shows everything that was in the log at the call, false when the signal aborts first. */
  readonly caughtUp: (signal: AbortSignal) => Promise<boolean>
  readonly health: () => EngineHealth
  readonly lag: () => Promise<readonly ViewLag[]>
}

type FollowedView = {
  readonly projector: ViewProjector
  status: ViewStatus
  error: string | null
  isAdvancing: boolean
}

/**
 * Keeps views up to date: one subscription to the log feeds them all. Any number of engines may run on the same stores: the
 * checkpoint of a view lets each event through once.
 */
export const createProjectionEngine = (deps: ProjectionEngineDeps): ProjectionEngine => {
  const { eventStore, viewStore, projections, log, metrics = noMetrics, tracer = noTracer, now = Date.now } = deps
  const config: ProjectionEngineConfig = { ...defaultEngineConfig, ...deps.config }
  const read = createEventReader({ log, metrics })
  const categories = categoriesOf(projections)
  const stopping = new AbortController()
  const { signal } = stopping
  const logId = createLogId(eventStore, signal)
  // As far as readers may have seen it: there may be records of others behind the last event.
  const completeAt = async () => Math.max(position, await eventStore.head())
  const projectorDeps = { viewStore, logId, completeAt, log, metrics, backOff: config.backOff }
  const views: readonly FollowedView[] = projections.map((projection) => ({
    projector: createViewProjector(projectorDeps, projection),
    status: 'following',
    error: null,
    isAdvancing: false,
  }))
  const lagMeter = createLagMeter(now)
  const running = new Set<Promise<void>>()
  /** Everything up to here was handed to all views that follow. */
  let position = neverWritten
  let connected = false
  // What views in memory are filled with at the start was applied long ago, and its traces are over.
  let filled = false
  const traceApplied = tracer === noTracer ? undefined : createAppliedTracer(tracer)

  const run = (work: Promise<void>): void => {
    const tracked = work.finally(() => running.delete(tracked))
    running.add(tracked)
  }

  const handle = async ({ events, position: to, caughtUp }: CoalescedBatch): Promise<void> => {
    const after = position
    const last = events.at(-1)
    const range = { events: read(events), position: to, lastEvent: last ? eventMark(last) : null }
    position = Math.max(position, to)
    const onApplied = filled ? traceApplied : undefined
    await Promise.all(
      views.map(async (view) => {
        if (view.status !== 'following') return
        view.isAdvancing = true
        try {
          if ((await view.projector.advance(after, range, signal, onApplied)) === 'behind') fallBehind(view, null)
        } catch (error) {
          if (!signal.aborted) fallBehind(view, error)
        } finally {
          view.isAdvancing = false
        }
      }),
    )
    if (caughtUp) {
      connected = true
      filled = true
      lagMeter.connected()
    }
  }

  const fallBehind = (view: FollowedView, error: unknown): void => {
    report(view, error)
    run(catchUp(view))
  }

  const report = (view: FollowedView, error: unknown): void => {
    const { projection, checkpoint } = view.projector
    view.status = error instanceof ProjectionFailed ? 'failed' : 'catching-up'
    view.error = error instanceof Error ? error.message : null
    const fields = { view: projection.view, checkpoint: checkpoint(), err: error }
    if (view.status === 'failed') {
      metrics.failed(projection.view)
      log.error(fields, 'the view stands still: its projection threw, trying again')
    } else {
      log.warn(fields, 'the view is behind and catches up by itself')
    }
  }

  /** Reads the log for one view until it is where the subscription is, for ever if it must. */
  const catchUp = async (view: FollowedView): Promise<void> => {
    const backOff = createBackOff(config.backOff)
    if (view.status === 'failed') await backOff.wait(signal)
    while (!signal.aborted) {
      try {
        // Not to the last event, but as far as readers may have seen the view: there may be records of others in between.
        await replay({ eventStore, read }, [view.projector], { until: position, signal })
        if (view.projector.checkpoint() >= position) {
          view.status = 'following'
          view.error = null
          log.info({ view: view.projector.projection.view, checkpoint: position }, 'the view follows again')
          return
        }
        backOff.reset()
      } catch (error) {
        if (signal.aborted) return
        report(view, error)
        await backOff.wait(signal)
      }
    }
  }

  /** One that advances would notice by itself. */
  const isIdle = ({ status, isAdvancing }: FollowedView) => status === 'following' && !isAdvancing && !signal.aborted

  const lookAtViews = async (): Promise<void> => {
    while (!signal.aborted) {
      await delay(config.lookAtViewsMs, undefined, { signal }).catch(() => {})
      for (const view of views.filter(isIdle)) {
        const { projection, checkpoint } = view.projector
        const known = checkpoint()
        const stored = await viewStore.checkpoint(projection.view).catch(() => known)
        if (stored < known && isIdle(view)) fallBehind(view, null)
      }
    }
  }

  const subscribeOnce = async (onEvents: () => void): Promise<void> => {
    const subscription = new AbortController()
    const either = AbortSignal.any([signal, subscription.signal])
    const batches = eventStore.subscribe({ after: position, ...(categories && { categories }), signal: either })
    const stop = () => subscription.abort()
    for await (const batch of coalesce(batches, { maxEvents: config.maxBufferedEvents, stop })) {
      await handle(batch)
      onEvents()
    }
  }

  /** Where to go on with the view: at the start, if it was made from another log than this. */
  const findPlace = async ({ projector }: FollowedView): Promise<Position> => {
    const { view } = projector.projection
    const checkpoint = await projector.refresh()
    const relation = await relationOf(eventStore, projector, signal)
    if (relation === 'same') return checkpoint
    log.error({ view, checkpoint, log: relation }, `${reasonOf[relation]}: the view is invalid and is rebuilt`)
    await viewStore.invalidate(view, reasonOf[relation])
    return projector.refresh()
  }

  const follow = async (): Promise<void> => {
    const backOff = createBackOff(config.backOff)
    let placed = false
    while (!signal.aborted) {
      try {
        if (!placed) position = Math.min(...(await Promise.all(views.map(findPlace))))
        filled ||= position !== neverWritten
        placed = true
        await subscribeOnce(backOff.reset)
      } catch (error) {
        if (signal.aborted) return
        metrics.dropped()
        log.warn(
          { err: error, position, failures: backOff.failures() + 1 },
          'could not follow the log, subscribing again',
        )
      }
      if (signal.aborted) return
      connected = false
      lagMeter.disconnected()
      await backOff.wait(signal)
    }
  }

  return {
    start: () => {
      lagMeter.disconnected()
      run(follow())
      run(lookAtViews())
    },
    stop: async () => {
      stopping.abort()
      connected = false
      const timeout = new AbortController()
      const late = delay(config.stopTimeoutMs, 'late', { signal: timeout.signal }).catch(() => 'stopped')
      const outcome = await Promise.race([Promise.all(running), late])
      timeout.abort()
      if (outcome === 'late')
        log.warn({ stopTimeoutMs: config.stopTimeoutMs }, 'stopped before the batch in hand was done')
    },
    caughtUp: async (waiting) => {
      const head = await eventStore.head()
      const reached = await Promise.all(projections.map(({ view }) => viewStore.waitFor(view, head, waiting)))
      return reached.every(Boolean)
    },
    health: () => ({
      connected,
      views: views.map(({ projector, status, error }) => ({
        view: projector.projection.view,
        status,
        checkpoint: projector.checkpoint(),
        error,
      })),
    }),
    lag: async () => {
      const head = await eventStore.head().catch(() => position)
      return views.map(({ projector }) => lagMeter.measure(projector.projection.view, projector.checkpoint(), head))
    },
  }
}
