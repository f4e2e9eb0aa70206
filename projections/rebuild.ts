import type { EventStore, Position } from '../commands/ports/event-store.ts'
import { reasonOf, relationOf } from './log-of-view.ts'
import type { ViewStore } from './ports/view-store.ts'
import { createProgressMeter, type OnProgress } from './progress.ts'
import type { Projection } from './projection.ts'
import { rememberWritten } from './remember-written.ts'
import { createReplayer, type ReplayKernel } from './replay.ts'
import type { ProjectedViews } from './view-projector.ts'

export type RebuildDeps = ReplayKernel & {
  readonly eventStore: EventStore
  readonly viewStore: ViewStore
  /** Of the views to rebuild. */
  readonly projections: readonly Projection[]
  readonly onProgress?: OnProgress
}

export type ViewRebuild = { readonly view: string; readonly eventsReplayed: number; readonly position: Position }

/** Thrown when a live view moved on during every try to draw level with it. It was left as it was. */
export class RebuildGaveUp extends Error {
  override readonly name = 'RebuildGaveUp'
  readonly code = 'REBUILD_GAVE_UP'
  constructor(view: string) {
    super(
      `view ${view} was rebuilt but not put in place: the live view moved on during each of ${maxTries} tries to draw ` +
        'level with it, and was left as it was; try again when the view store answers faster',
    )
  }
}

/** On a log at rest the first try ends it. */
const triesBeside = 3
/** From then on the live view is held meanwhile, each time for longer. */
const holdsMs = [1000, 2000, 5000, 10_000, 20_000] as const
const maxTries = triesBeside + holdsMs.length

/**
 * Rebuilds views beside the live ones and swaps them in, each as one. Readers see the old view until then; their subscriptions to its
 * changes end and begin again. A running engine continues from the new view. One rebuild at a time. Throws `RebuildGaveUp` and what
 * the stores throw; the live views that were not yet swapped are left as they were.
 */
export const rebuildViews = async (
  { eventStore, viewStore, projections, onProgress, ...kernel }: RebuildDeps,
  signal: AbortSignal,
): Promise<readonly ViewRebuild[]> => {
  const views = new Set<string>(projections.filter(({ blind }) => !blind).map(({ view }) => view))
  const remembering = rememberWritten(besideLive(viewStore), { views, maxDocuments: maxRemembered })
  const replay = createReplayer({ ...kernel, eventStore, viewStore: remembering })
  const clear = () => Promise.all(projections.map(({ view }) => viewStore.drop(beside(view))))

  /** A live view may stand beyond the last event, where records of others follow it: the one beside it must come as far. */
  const drawLevel = async (
    projection: Projection,
  ): Promise<{ readonly events: number; readonly position: Position }> => {
    const [head, live] = await Promise.all([eventStore.head(), viewStore.checkpoint(projection.view)])
    return replay([projection], { until: Math.max(head, live), signal })
  }

  /** A live view of another log is shown no longer, and may be further on than this log ever was. */
  const invalidateForeign = async (projection: Projection): Promise<void> => {
    const live = await viewStore.place(projection.view)
    const relation = await relationOf(eventStore, { projection, place: () => live }, signal)
    if (relation !== 'same') await viewStore.invalidate(projection.view, reasonOf[relation])
  }

  const swapIn = async (projection: Projection): Promise<{ readonly events: number; readonly position: Position }> => {
    const { view } = projection
    let events = 0
    for (let attempt = 0; attempt < maxTries; attempt += 1) {
      const holdMs = holdsMs[attempt - triesBeside]
      if (holdMs !== undefined) await viewStore.hold(view, holdMs)
      const rest = await drawLevel(projection)
      events += rest.events
      if ((await viewStore.swap(view, beside(view))) === 'swapped') return { events, position: rest.position }
    }
    throw new RebuildGaveUp(view)
  }

  /** A hold that failed work leaves behind ends at once. */
  const releasing = async <T>(view: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      await viewStore.hold(view, 1)
      throw error
    }
  }

  // What a rebuild that was killed may have left.
  await clear()
  try {
    const meter = createProgressMeter(
      projections.map(({ view }) => view),
      onProgress,
      kernel.clock,
    )
    const common = await replay(projections, { signal, onProgress: meter })
    await Promise.all(projections.map(invalidateForeign))
    const rebuilds: ViewRebuild[] = []
    for (const projection of projections) {
      const { view } = projection
      const rest = await releasing(view, () => swapIn(projection))
      const rebuild = { view, eventsReplayed: common.events + rest.events, position: rest.position }
      kernel.log.info(rebuild, 'the view was rebuilt')
      onProgress?.({ views: [view], events: rebuild.eventsReplayed, part: 1, secondsLeft: 0 })
      rebuilds.push(rebuild)
    }
    return rebuilds
  } finally {
    await clear()
  }
}

/** A view's documents, of which one may have a few kilobytes. What is changed again was mostly changed a moment ago. */
const maxRemembered = 5000

/** What a view is called until it takes the place of the live one. */
const beside = (view: string): string => `${view}.rebuild`

const besideLive = (store: ViewStore): ProjectedViews => ({
  apply: (batch) => store.apply({ ...batch, view: beside(batch.view), isFollowed: false }),
  place: (view) => store.place(beside(view)),
  getMany: (view, keys, options) => store.getMany(beside(view), keys, options),
})
