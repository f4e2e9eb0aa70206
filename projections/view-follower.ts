import { createFollower, type Follower, type FollowerKernel, PlaceLost } from '../commands/follower.ts'
import type { EventStore, Position } from '../commands/ports/event-store.ts'
import type { BackOffBounds } from '../kernel/back-off.ts'
import type { Log } from '../kernel/log.ts'
import type { FedRange } from './lane.ts'
import type { LogFeed } from './log-feed.ts'
import { reasonOf, relationOf } from './log-of-view.ts'
import { neverWritten, type ViewStore } from './ports/view-store.ts'
import { ProjectionFailed } from './project-batch.ts'
import type { ProjectionMetrics } from './telemetry.ts'
import type { OnApplied } from './trace-applied.ts'
import type { ViewProjector } from './view-projector.ts'

export type ViewFollowerDeps = FollowerKernel & {
  readonly eventStore: EventStore
  readonly viewStore: Pick<ViewStore, 'invalidate'>
  readonly feed: LogFeed
  readonly log: Log
  readonly metrics: Pick<ProjectionMetrics, 'failed'>
  readonly backOff: BackOffBounds
  /** Told of what was applied while the log was being followed. */
  readonly onApplied?: OnApplied | undefined
}

export type ViewFollower = Follower & {
  readonly projector: ViewProjector
  /** Whether a range is in hand. */
  readonly isAdvancing: () => boolean
}

/** Moves one view along the log, from wherever its store says that it is. */
export const createViewFollower = (deps: ViewFollowerDeps, projector: ViewProjector): ViewFollower => {
  const { eventStore, viewStore, feed, log, metrics, onApplied } = deps
  const { view } = projector.projection
  let isOfThisLog = false
  let isAdvancing = false
  /** Of what was handed over. */
  let reached = neverWritten

  /** Where to go on with the view: at the start, if it was made from another log than this. */
  const findPlace = async (signal: AbortSignal): Promise<Position> => {
    const checkpoint = await projector.refresh()
    if (isOfThisLog) return checkpoint
    const relation = await relationOf(eventStore, projector, signal)
    if (relation !== 'same') {
      log.error({ view, checkpoint, log: relation }, `${reasonOf[relation]}: the view is invalid and is rebuilt`)
      await viewStore.invalidate(view, reasonOf[relation])
      await projector.refresh()
    }
    isOfThisLog = true
    return projector.checkpoint()
  }

  const place = async (signal: AbortSignal): Promise<Position> => {
    try {
      reached = await findPlace(signal)
      return reached
    } catch (error) {
      feed.missed(view)
      throw error
    }
  }

  const handle = async (range: FedRange, signal: AbortSignal): Promise<void> => {
    isAdvancing = true
    try {
      const outcome = await projector.advance(reached, range, signal, range.live ? onApplied : undefined)
      if (outcome === 'behind') throw new PlaceLost(`view ${view} was dropped, replaced or lost, and catches up`)
      reached = range.position
    } catch (error) {
      if (error instanceof ProjectionFailed) metrics.failed(view)
      throw error
    } finally {
      isAdvancing = false
    }
  }

  const follower = createFollower<FedRange>({
    ...deps,
    name: `view ${view}`,
    place,
    open: (after, signal) => feed.open(view, after, signal),
    handle,
  })
  return { ...follower, projector, isAdvancing: () => isAdvancing }
}
