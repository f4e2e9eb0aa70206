import type { EventStore, Position } from '../commands/ports/event-store.ts'
import type { ViewName } from './documents.ts'
import type { ViewStore } from './ports/view-store.ts'
import type { Projection } from './projection.ts'
import { createReplayer } from './replay.ts'
import type { ProjectionLog } from './telemetry.ts'
import type { ProjectedViews } from './view-projector.ts'

export type RebuildDeps = {
  readonly eventStore: EventStore
  readonly viewStore: ViewStore
  /** Of the views that are built anew. */
  readonly projections: readonly Projection[]
  readonly log: ProjectionLog
}

export type ViewRebuild = { readonly view: ViewName; readonly eventsReplayed: number; readonly position: Position }

/**
 * Builds views anew beside the live ones and swaps them in, each as one. Readers see the old view until then; whoever follows its
 * changes is ended and starts again. An engine that is running goes on from the new view. One rebuild at a time. Throws what
 * the stores throw; the live views that were not yet swapped are left as they were.
 */
export const rebuildViews = async (
  { eventStore, viewStore, projections, log }: RebuildDeps,
  signal: AbortSignal,
): Promise<readonly ViewRebuild[]> => {
  const replay = createReplayer({ eventStore, viewStore: besideLive(viewStore), log })
  const clear = () => Promise.all(projections.map(({ view }) => viewStore.drop(beside(view))))
  // What a rebuild that was killed may have left.
  await clear()
  try {
    const common = await replay(projections, { signal })
    const rebuilds: ViewRebuild[] = []
    for (const projection of projections) {
      const { view } = projection
      let { events, position } = common
      // The live view went on meanwhile, or somebody else has just put the one beside it in its place.
      while ((await viewStore.swap(view, beside(view))) === 'behind') {
        const rest = await replay([projection], { signal })
        events += rest.events
        position = rest.position
      }
      log.info({ view, eventsReplayed: events, position }, 'the view was built anew')
      rebuilds.push({ view, eventsReplayed: events, position })
    }
    return rebuilds
  } finally {
    await clear()
  }
}

/** What a view is called until it takes the place of the live one. */
const beside = (view: string): string => `${view}.rebuild`

const besideLive = (store: ViewStore): ProjectedViews => ({
  apply: (batch) => store.apply({ ...batch, view: beside(batch.view) }),
  checkpoint: (view) => store.checkpoint(beside(view)),
  getMany: (view, keys, options) => store.getMany(beside(view), keys, options),
})
