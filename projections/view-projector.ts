import type { Position } from '../commands/ports/event-store.ts'
import { type EventMark, eventMark, noMark } from '../commands/ports/log-mark.ts'
import type { EventId } from '../domain/ids.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { neverWritten, type ViewPlace, type ViewStore } from './ports/view-store.ts'
import { type EventRange, ProjectionFailed, projectBatch } from './project-batch.ts'
import type { Projection } from './projection.ts'
import type { ProjectionMetrics } from './telemetry.ts'
import type { OnApplied } from './trace-applied.ts'

/** The part of a view store that is needed to move views. */
export type ProjectedViews = Pick<ViewStore, 'apply' | 'place' | 'getMany'>

export type ViewProjectorDeps = Pick<Kernel, 'clock' | 'timers'> & {
  readonly viewStore: ProjectedViews
  /** The identity of the log that is projected. */
  readonly logId: () => Promise<EventId | null>
  /** How far a view must come, when it is built from nothing, before anybody reads it. */
  readonly completeAt: () => Promise<Position>
  readonly metrics: ProjectionMetrics
}

/** While a view is held, for a moment, so that another takes its place. */
const heldPauseMs = 20

/** `done`: the view shows the range, or more. `behind`: it is not yet where the range begins. */
export type Advance = 'done' | 'behind'

/** Moves one view along the log. One call at a time. */
export type ViewProjector = {
  readonly projection: Projection
  /** Where the view was when last heard of. */
  readonly checkpoint: () => Position
  readonly place: () => ViewPlace
  readonly refresh: () => Promise<Position>
  /**
   * Takes the view over the events after `after`, up to the range's position. Events that it has seen are left out. Bears other
   * projectors of the same view. Throws `ViewStoreUnavailable`: what was written may have been applied all the same, so that the view is to
   * be refreshed before the next try. Throws `ProjectionFailed` when the projection throws, with everything before that event applied.
   * `onApplied` is told what it was this projector that applied.
   */
  readonly advance: (after: Position, range: EventRange, signal: AbortSignal, onApplied?: OnApplied) => Promise<Advance>
}

export const createViewProjector = (
  { clock, timers, viewStore, logId, completeAt, metrics }: ViewProjectorDeps,
  projection: Projection,
): ViewProjector => {
  const { view } = projection
  let place: ViewPlace = nowhere

  const refresh = async () => {
    place = await viewStore.place(view)
    return place.checkpoint
  }

  const apply = async (range: EventRange, onApplied: OnApplied | undefined): Promise<'tried' | 'held'> => {
    const startedAt = clock.now()
    const started = clock.elapsedMs()
    const expected = place.checkpoint
    const next = {
      checkpoint: range.position,
      mark: { log: await logId(), event: later(range.lastEvent, place.mark.event) },
    }
    const begins = expected === neverWritten ? { completeAt: await completeAt() } : {}
    const writes = await projectBatch(projection, range, viewStore)
    const outcome = await viewStore.apply({ view, expected, ...next, ...begins, writes })
    if (outcome === 'held') return outcome
    if (outcome === 'stale') {
      metrics.stale(view)
      await refresh()
      return 'tried'
    }
    place = next
    const seconds = (clock.elapsedMs() - started) / 1000
    metrics.applied(view, { events: range.events.length, writes: writes.length, seconds })
    onApplied?.(projection, range, startedAt)
    return 'tried'
  }

  const applyUpToFault = async (
    range: EventRange,
    failure: ProjectionFailed,
    onApplied: OnApplied | undefined,
  ): Promise<void> => {
    const sound = range.events.filter((event) => event.position < failure.event.position)
    const last = sound.at(-1)
    if (last) await apply({ events: sound, position: last.position, lastEvent: eventMark(last) }, onApplied)
  }

  const advanceOnce = async (range: EventRange, onApplied: OnApplied | undefined): Promise<'tried' | 'held'> => {
    const first = range.events[0]
    const { checkpoint } = place
    const unseen = first && first.position > checkpoint ? range : { ...range, events: eventsAfter(range, checkpoint) }
    try {
      return await apply(unseen, onApplied)
    } catch (error) {
      if (error instanceof ProjectionFailed) await applyUpToFault(unseen, error, onApplied)
      throw error
    }
  }

  return {
    projection,
    checkpoint: () => place.checkpoint,
    place: () => place,
    refresh,
    advance: async (after, range, signal, onApplied) => {
      for (;;) {
        if (place.checkpoint >= range.position) return 'done'
        if (place.checkpoint < after) return 'behind'
        if ((await advanceOnce(range, onApplied)) === 'tried') continue
        await timers.sleep(heldPauseMs, { signal })
        // Another view may stand there by now, further on than this one was.
        await refresh()
      }
    },
  }
}

const later = (one: EventMark | null, other: EventMark | null): EventMark | null =>
  one !== null && (other === null || one.position >= other.position) ? one : other

const nowhere: ViewPlace = { checkpoint: neverWritten, mark: noMark }

const eventsAfter = ({ events }: EventRange, position: Position) => events.filter((event) => event.position > position)
