import type { EventStore, Position } from '../commands/ports/event-store.ts'
import type { LogRelation } from '../commands/ports/log-mark.ts'
import { createMemoryViewStore } from './adapters/memory/view-store.ts'
import { compareDumps } from './compare-dumps.ts'
import { relationOf } from './log-of-view.ts'
import { neverWritten, type ViewStore } from './ports/view-store.ts'
import { createProgressMeter, type OnProgress } from './progress.ts'
import type { Projection } from './projection.ts'
import { createReplayer, type ReplayKernel } from './replay.ts'
import { ViewMovedBack } from './replay-lanes.ts'

export type VerifyDeps = ReplayKernel & {
  readonly eventStore: EventStore
  /** The store whose views are verified. They may be changing all the while. */
  readonly viewStore: ViewStore
  readonly projections: readonly Projection[]
  readonly onProgress?: OnProgress
}

export type ViewVerification = {
  readonly view: string
  /** Where both are compared. */
  readonly position: Position
  readonly eventsReplayed: number
  /** In the rebuilt view. */
  readonly documents: number
  /** SHA-256, hexadecimal, over every document and where it stands in lists. */
  readonly hashLive: string
  readonly hashRebuilt: string
  /** They are, and the live view was made from this log. */
  readonly equal: boolean
  readonly log: LogRelation
  /** The first keys, in order, whose documents differ or are in one of the two alone. */
  readonly differingKeys: readonly string[]
}

/**
 * Replays the log into a second store, in memory, and compares every view with it at the same position. Works on a live system: the
 * replay of a view goes up to where a dump caught the live one, and no further. Throws `ViewMovedBack` when a live view was
 * dropped or replaced meanwhile, and what the stores throw.
 */
export const verifyViews = async (
  { eventStore, viewStore, projections, onProgress, ...kernel }: VerifyDeps,
  signal: AbortSignal,
): Promise<readonly ViewVerification[]> => {
  const rebuiltStore = createMemoryViewStore()
  const replay = createReplayer({ ...kernel, eventStore, viewStore: rebuiltStore })
  const checkpoints = await Promise.all(projections.map(({ view }) => viewStore.checkpoint(view)))
  // Live views only go forward, so that no dump below is before this position.
  const meter = createProgressMeter(
    projections.map(({ view }) => view),
    onProgress,
    kernel.clock,
  )
  const common = await replay(projections, { until: Math.min(...checkpoints), signal, onProgress: meter })

  const verifications: ViewVerification[] = []
  for (const [at, projection] of projections.entries()) {
    const { view } = projection
    const place = await viewStore.place(view)
    const relation = await relationOf(eventStore, { projection, place: () => place }, signal)
    const live = await viewStore.dump(view)
    if (live.position < (checkpoints[at] ?? neverWritten)) throw new ViewMovedBack()
    // One that is not there is compared with all that the log says: nothing would be equal to nothing.
    const position = live.position === neverWritten ? await eventStore.head() : live.position
    const rest = await replay([projection], { until: position, signal })
    if (rest.position !== position) throw new ViewMovedBack()
    const rebuilt = await rebuiltStore.dump(view)
    const { hashes, ...comparison } = await compareDumps(kernel.timers, live.documents, rebuilt.documents)
    await rebuiltStore.drop(view)
    onProgress?.({ views: [view], events: common.events + rest.events, part: 1, secondsLeft: 0 })
    verifications.push({
      view,
      position,
      eventsReplayed: common.events + rest.events,
      ...comparison,
      equal: comparison.equal && relation === 'same',
      log: relation,
      hashLive: hashes[0],
      hashRebuilt: hashes[1],
    })
  }
  return verifications
}
