import type { ViewName } from './documents.ts'
import type { Document, IndexEntry } from './ports/view-store.ts'

/** The lists that each view keeps. What stands in one is said where the view is defined; a read names one of them. */
type ViewLists = {
  readonly instances: 'project' | 'all' | 'name' | 'project-live' | 'all-live' | 'name-live' | 'state' | 'volume-stage'
  readonly operations: 'project' | 'instance' | 'all' | 'project-open' | 'all-open'
  readonly hosts: 'host' | 'all' | 'status'
  readonly datastores: 'all'
  readonly parameters: never
  readonly configurations: 'project' | 'all'
  readonly flavors: 'all'
  readonly quotas: 'project' | 'all'
  readonly tokens: 'project' | 'all'
  readonly 'join-tokens': 'all'
  readonly backups: 'project' | 'instance' | 'all'
  readonly schedules: 'project' | 'instance' | 'all'
  readonly events: 'all' | 'project' | 'instance' | 'operation'
  readonly 'dead-letters': never
  readonly unreadable: 'all'
}

export type ListOf<V extends ViewName> = ViewLists[V]

/** One list of one view: those that it lists under `value`. */
export type ListName = {
  readonly [V in ViewName]: { readonly view: V; readonly index: ListOf<V>; readonly value: string }
}[ViewName]

/** The value of a list of all documents. */
export const everyone = 'all'

/** For each list of the view, what a document is listed under in it; null where it is not in the list. */
export type Lists<V extends ViewName, D extends Document> = {
  readonly [L in ListOf<V>]: (document: D) => string | null
}

/** The places of a document in the lists of its view, in all of them under the same sort key. */
export const entriesIn = <D extends Document>(
  lists: Readonly<Record<string, (document: D) => string | null>>,
  sortKeyOf: (document: D, key: string) => string,
): ((document: D, key: string) => readonly IndexEntry[]) => {
  const places = Object.entries(lists)
  return (document, key) => {
    const sortKey = sortKeyOf(document, key)
    const entries: IndexEntry[] = []
    for (const [index, placeIn] of places) {
      const value = placeIn(document)
      if (value !== null) entries.push({ index, value, sortKey })
    }
    return entries
  }
}
