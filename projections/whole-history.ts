import { type Category, tryCategory } from '../domain/aggregates.ts'
import type { StreamName } from '../domain/stream.ts'
import type { Document } from './ports/view-store.ts'
import { aggregateId, type ProjectedEvent, type Projection, unreadable } from './projection.ts'

/**
 * A document that adds up the events of one stream. `flaws`: revisions of the stream that cannot be read and were not left out, and 0 where the head is
 * missing. While there is one, what it adds up may be wrong.
 */
export type WithFlaws = { readonly flaws: readonly number[] }

export type HistoryOf<D extends Document, F extends D & WithFlaws> = {
  readonly category: Category
  /** Whether a document is the one of its stream, whose key is the id of the aggregate. */
  readonly isWhole: (document: D) => document is F
  /** Before anything of the stream is known. */
  readonly blank: (id: string, at: string | null) => F
}

/** As many are told apart. Past that, leaving events out one by one does not make the document readable. */
const maxFlaws = 100

/**
 * The same projection, whose documents know whether they rest on a whole history, as `createFold` asks of commands: it begins at revision 0 and every
 * event in it can be read, or was declared left out. An event missing in the middle is not noticed here.
 */
export const withFlaws = <D extends Document, F extends D & WithFlaws, V extends string, L extends string>(
  projection: Projection<D, V, L>,
  { category, isWhole, blank }: HistoryOf<D, F>,
): Projection<D, V, L> => {
  const streamOf = (event: ProjectedEvent): StreamName =>
    event.type === 'EventExcluded' ? event.data.stream : event.stream
  const isFlaw = ({ type }: ProjectedEvent): boolean => type === unreadable || type === 'EventExcluded'
  const isOwn = (event: ProjectedEvent): boolean => tryCategory(streamOf(event)) === category
  const idOf = (event: ProjectedEvent): string => aggregateId({ stream: streamOf(event) })

  const evolveOwn = (document: D | null, event: ProjectedEvent, id: string, other: (key: string) => D | null): D => {
    const at = event.type === unreadable ? null : event.metadata.at
    const before = document !== null && isWhole(document) ? document : startOf(blank(id, at), event)
    if (event.type === unreadable) return { ...before, flaws: added(before.flaws, event.revision) }
    if (event.type === 'EventExcluded') return { ...before, flaws: removed(before.flaws, event.data.revision) }
    // What it ignores leaves the document as it was.
    if (!projection.keysOf(event).includes(id)) return before
    return projection.evolve(before, event, id, other) ?? before
  }

  return {
    ...projection,
    categories: [...new Set<Category>([...projection.categories, category, 'exclusion'])],
    keysOf: (event) => {
      if (isFlaw(event)) return isOwn(event) ? [idOf(event)] : []
      const keys = projection.keysOf(event)
      // So that a document that comes into being later has lost its head.
      const isFirst = event.revision === 0 && isOwn(event) && keys.length === 0
      return isFirst ? [idOf(event)] : keys
    },
    evolve: (document, event, key, other) =>
      key === idOf(event) && isOwn(event)
        ? evolveOwn(document, event, key, other)
        : projection.evolve(document, event, key, other),
  }
}

const startOf = <F extends WithFlaws>(blank: F, event: ProjectedEvent): F =>
  event.type === 'EventExcluded' || event.revision === 0 ? blank : { ...blank, flaws: [0] }

const added = (flaws: readonly number[], revision: number): readonly number[] =>
  flaws.includes(revision) || flaws.length === maxFlaws ? flaws : [...flaws, revision]

/** A full list may have left some out. */
const removed = (flaws: readonly number[], revision: number): readonly number[] =>
  flaws.length === maxFlaws ? flaws : flaws.filter((each) => each !== revision)
