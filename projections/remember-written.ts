import type { Position } from '../commands/ports/event-store.ts'
import { type Document, neverWritten, type ViewBatch } from './ports/view-store.ts'
import type { ProjectedViews } from './view-projector.ts'

export type RememberOptions = {
  /** Of these views. */
  readonly views: ReadonlySet<string>
  /** Of each view, those written last. */
  readonly maxDocuments: number
}

/** As of a checkpoint. `isWhole`: there are no others in the view. */
type Known = {
  readonly checkpoint: Position
  readonly documents: Map<string, Document | null>
  readonly isWhole: boolean
}

/**
 * A store in front of one that is far away, for views that mostly nobody else writes: what was written a moment ago is not asked for again.
 * Where a write fails, or the view is found elsewhere than it was left, what is known of it is forgotten.
 */
export const rememberWritten = (store: ProjectedViews, { views, maxDocuments }: RememberOptions): ProjectedViews => {
  const known = new Map<string, Known>()

  const remember = (before: Known | undefined, { view, expected, checkpoint, writes }: ViewBatch): void => {
    const begins = expected === neverWritten
    const { documents, isWhole } = before && !begins ? before : { documents: new Map(), isWhole: begins }
    for (const write of writes) {
      documents.delete(write.key)
      documents.set(write.key, write.kind === 'put' ? write.document : null)
    }
    known.set(view, { checkpoint, documents, isWhole: isWhole && documents.size <= maxDocuments })
    for (const key of documents.keys()) {
      if (documents.size <= maxDocuments) break
      documents.delete(key)
    }
  }

  return {
    place: async (view) => {
      const place = await store.place(view)
      if (place.checkpoint !== known.get(view)?.checkpoint) known.delete(view)
      return place
    },
    apply: async (batch) => {
      const { view } = batch
      if (!views.has(view)) return store.apply(batch)
      const before = known.get(view)
      known.delete(view)
      const outcome = await store.apply(batch)
      if (outcome === 'applied') remember(before, batch)
      return outcome
    },
    getMany: async <D>(view: string, keys: readonly string[], options?: { readonly forBuilding: boolean }) => {
      const found = known.get(view)
      if (!found) return store.getMany<D>(view, keys, options)
      const { documents, isWhole } = found
      const unknown = isWhole ? [] : keys.filter((key) => !documents.has(key))
      const asked = unknown.length === 0 ? [] : await store.getMany<D>(view, unknown, options)
      const answers = new Map(unknown.map((key, at) => [key, asked[at] ?? null]))
      // The projection of this view puts nothing else there.
      return keys.map((key) => answers.get(key) ?? (documents.get(key) as D | null | undefined) ?? null)
    },
  }
}
