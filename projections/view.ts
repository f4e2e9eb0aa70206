import type { StreamName } from '../domain/stream.ts'
import type { ReadAuditLog } from './audit-log.ts'
import type { List } from './lists.ts'
import { type Page, type PageRequest, readPage } from './page.ts'
import type { Document, ViewStore } from './ports/view-store.ts'
import type { Projection } from './projection.ts'
import { type WatchKernel, watchDocument } from './watch.ts'

/** What reads are made of that one view alone cannot answer. */
export type ReadDeps = WatchKernel & { readonly viewStore: ViewStore; readonly readAuditLog: ReadAuditLog }

/**
 * Reads one view. A view may hold documents of more than one type: a read names the one that it finds under its keys or in its list. A list that the
 * view does not keep does not compile. Every method throws `ViewStoreUnavailable`.
 */
export type Reader<D extends Document, L extends string> = {
  readonly get: <Found extends D = D>(key: string) => Promise<Found | null>
  /** In the order of the keys. */
  readonly getMany: <Found extends D = D>(keys: readonly string[]) => Promise<readonly (Found | null)[]>
  /** See `readPage`. `matches` undefined: all. */
  readonly page: <Found extends D = D>(
    list: List<L>,
    request: PageRequest,
    matches?: (document: Found) => boolean,
    ends?: (document: Found) => boolean,
  ) => Promise<Page<Found>>
  readonly count: (list: List<L>) => Promise<number>
  /** See `watchDocument`. */
  readonly watch: <Found extends D = D>(key: string, signal: AbortSignal) => AsyncIterable<Found>
}

/** A view as one value: how it follows from the log, and what is read of it. All that other parts of the program know of it follows from here. */
export type View<D extends Document, V extends string, L extends string, Reads> = Projection<D, V, L> & {
  readonly reads: (reader: Reader<D, L>, deps: ReadDeps) => Reads
  /** The streams that a document of this view follows from, where they are not those of the aggregate that it is named like. */
  readonly streamsOf?: (document: D) => readonly StreamName[]
}

/** The value that a file of `views/` exports, and `registry.ts` lists. `reads`: the names of no two views' reads are alike. */
export const defineView = <D extends Document, V extends string, L extends string, Reads extends object>(
  projection: Projection<D, V, L>,
  reads: (reader: Reader<D, L>, deps: ReadDeps) => Reads,
  streamsOf?: (document: D) => readonly StreamName[],
): View<D, V, L, Reads> => ({ ...projection, reads, ...(streamsOf && { streamsOf }) })

export const createReader = <D extends Document, L extends string>(
  deps: ReadDeps,
  { view }: Pick<Projection, 'view'>,
): Reader<D, L> => {
  const { viewStore } = deps
  return {
    get: (key) => viewStore.get(view, key),
    getMany: (keys) => viewStore.getMany(view, keys),
    page: ({ index, value }, request, matches, ends) =>
      readPage(viewStore, { view, index, value }, request, matches, ends),
    count: ({ index, value }) => viewStore.count(view, index, value),
    watch: (key, signal) => watchDocument(deps, view, key, signal),
  }
}
