import type { Position } from '../commands/ports/event-store.ts'
import type { EventRange } from './project-batch.ts'
import type { Advance, ViewProjector } from './view-projector.ts'

/** Takes a view over a range that begins after `after`. */
export type AdvanceView = (
  projector: ViewProjector,
  step: { readonly after: Position; readonly range: EventRange },
) => Promise<Advance>

/**
 * Ranges on their way into views. Each view takes one after the other; while one waits for its store, others fold. In memory is what
 * is under way, which the caller bounds.
 */
export type ReplayLanes = {
  /** The range after the last one, for the views that it concerns. */
  readonly begin: (range: EventRange, concerned: readonly ViewProjector[]) => void
  readonly underWay: () => number
  /** Resolves with the oldest range under way once all views have taken it. Throws `ViewMovedBack`, and what `advance` throws. */
  readonly finishOldest: () => Promise<EventRange>
  /** Resolves once nothing goes on, however it ended. */
  readonly settled: () => Promise<void>
}

export const createReplayLanes = ({ after }: { readonly after: Position }, advance: AdvanceView): ReplayLanes => {
  let end = after
  const last = new Map<ViewProjector, Promise<Advance>>()
  const underWay: { readonly range: EventRange; readonly taken: Promise<readonly Advance[]> }[] = []

  return {
    begin: (range, concerned) => {
      const begins = end
      end = range.position
      const advances = concerned.map((projector) => {
        // Those that were left out of former ranges stand where they stood then.
        const take = () => advance(projector, { after: Math.min(begins, projector.checkpoint()), range })
        // A view that is behind lacks a range: the next would leave a gap.
        const advanced = last.get(projector)?.then((before) => (before === 'behind' ? before : take())) ?? take()
        last.set(projector, advanced)
        return advanced
      })
      const taken = Promise.all(advances)
      // Whoever asks for the range is told.
      taken.catch(() => undefined)
      underWay.push({ range, taken })
    },
    underWay: () => underWay.length,
    finishOldest: async () => {
      const [oldest] = underWay.splice(0, 1)
      if (oldest === undefined) throw new Error('no range is under way')
      if ((await oldest.taken).includes('behind')) throw new ViewMovedBack()
      return oldest.range
    },
    settled: async () => {
      await Promise.allSettled(last.values())
    },
  }
}

/** Thrown when a view is behind where it was a moment ago: it was dropped or swapped meanwhile. Replaying again goes on from there. */
export class ViewMovedBack extends Error {
  override readonly name = 'ViewMovedBack'
  readonly code = 'VIEW_MOVED_BACK'
  constructor() {
    super('a view was dropped or replaced while the log was replayed')
  }
}
