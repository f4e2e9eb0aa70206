import type { EventStore, Position } from '../commands/ports/event-store.ts'
import type { EventMark } from '../commands/ports/log-mark.ts'
import { createBackOff } from '../kernel/back-off.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { concernOf } from './concerns.ts'
import { createLogId } from './log-id.ts'
import { neverWritten, ViewStoreUnavailable } from './ports/view-store.ts'
import type { EventRange } from './project-batch.ts'
import type { Projection } from './projection.ts'
import { categoriesOf, createEventReader, type EventReader } from './read-events.ts'
import { readRanges } from './read-ranges.ts'
import { createReplayLanes } from './replay-lanes.ts'
import { noMetrics } from './telemetry.ts'
import { type Advance, createViewProjector, type ProjectedViews, type ViewProjector } from './view-projector.ts'

export type ReplayKernel = Pick<Kernel, 'clock' | 'random' | 'timers' | 'log'>

type ReplayDeps = ReplayKernel & {
  readonly eventStore: EventStore
  readonly read: EventReader
}

/** `events`: how many were read so far. `position`: up to where. `end`: where it ends. */
export type ReplayProgress = { readonly events: number; readonly position: Position; readonly end: Position }

export type ReplayOptions = {
  /** Not beyond this position, which is one of a subscription or of an event; default: everything there is now. */
  readonly until?: Position
  readonly signal: AbortSignal
  /** Told after every batch. */
  readonly onProgress?: (progress: ReplayProgress) => void
}

/** `events`: how many were read. `position`: where the views are now, or further if somebody else moves them too. */
export type Replayed = { readonly events: number; readonly position: Position }

/** How many ranges may be under way: each view takes one after the other, and none waits for another that is slower than itself. */
const maxUnderWay = 3

/** Takes views over the log from where the last of them is, once, and ends. Throws what `readAll` and `advance` throw. */
const replay = async (
  deps: ReplayDeps,
  projectors: readonly ViewProjector[],
  { until, signal, onProgress }: ReplayOptions,
): Promise<Replayed> => {
  // Asked for first, so that all events up to it are among those read.
  const end = until ?? (await deps.eventStore.head())
  let position = Math.min(...(await Promise.all(projectors.map((projector) => projector.refresh()))))
  let events = 0
  let lastEvent: EventMark | null = null
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const lanes = createReplayLanes({ after: position }, (projector, step) =>
    advancePatiently(deps, projector, { ...step, signal: either }),
  )

  const finishOldest = async (): Promise<void> => {
    const range = await lanes.finishOldest()
    events += range.events.length
    position = range.position
    onProgress?.({ events, position, end })
  }

  const categories = categoriesOf(projectors.map(({ projection }) => projection))
  const views = projectors.map((projector) => ({ projector, isConcerned: concernOf(projector.projection) }))
  try {
    if (position < end) {
      const ranges = readRanges({ ...deps, categories }, { after: position, until: end, signal: either })
      for await (const range of ranges) {
        lastEvent = range.lastEvent ?? lastEvent
        // A view that takes nothing of a range need not be told of it: it is taken to the end at once.
        const concerned = views.filter(({ isConcerned }) => range.events.some(isConcerned))
        lanes.begin(
          range,
          concerned.map(({ projector }) => projector),
        )
        if (lanes.underWay() >= maxUnderWay) await finishOldest()
      }
    }
    while (lanes.underWay() > 0) await finishOldest()
    signal.throwIfAborted()
    const reached = Math.max(position, end)
    const behind = projectors.filter((projector) => projector.checkpoint() < reached)
    if (behind.length > 0) {
      lanes.begin({ events: [], position: reached, lastEvent }, behind)
      await finishOldest()
    }
    return { events, position }
  } finally {
    // Nothing goes on with views that the caller may drop now.
    failed.abort()
    await lanes.settled()
  }
}

/** An outage of the view store costs a rebuild its time, not what it has done so far. */
const advancePatiently = async (
  { log, random, timers }: ReplayDeps,
  projector: ViewProjector,
  { after, range, signal }: { readonly after: Position; readonly range: EventRange; readonly signal: AbortSignal },
): Promise<Advance> => {
  const backOff = createBackOff({ random, timers }, { firstMs: 50, maxMs: 10_000 })
  for (;;) {
    try {
      return await projector.advance(after, range, signal)
    } catch (error) {
      if (!(error instanceof ViewStoreUnavailable) || signal.aborted) throw error
      const { view } = projector.projection
      log.warn({ err: error, view, failures: backOff.failures() + 1 }, 'the view store is away, trying again')
      await backOff.wait(signal)
      // The range may have been applied and only its answer lost.
      await projector.refresh().catch(() => projector.checkpoint())
    }
  }
}

export type Replay = (projections: readonly Projection[], options: ReplayOptions) => Promise<Replayed>

/** Replays into a store of its own, for views that no engine moves. */
export const createReplayer = ({
  eventStore,
  viewStore,
  ...kernel
}: ReplayKernel & {
  readonly eventStore: EventStore
  readonly viewStore: ProjectedViews
}): Replay => {
  const { log } = kernel
  const read = createEventReader({ log, metrics: noMetrics })
  return (projections, options) => {
    const logId = createLogId(eventStore, options.signal)
    const deps = { ...kernel, viewStore, logId, completeAt: async () => neverWritten, metrics: noMetrics }
    const projectors = projections.map((projection) => createViewProjector(deps, projection))
    return replay({ ...kernel, eventStore, read }, projectors, options)
  }
}
