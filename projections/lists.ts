import type { Document, IndexEntry } from './ports/view-store.ts'

/** A list of one view: what it lists under `value`. */
export type List<L extends string = string> = { readonly index: L; readonly value: string }

/** The same, with the view that has it. */
export type ListName = List & { readonly view: string }

/** The value of a list of all documents. */
export const everyone = 'all'

/** For each list of a view, what a document is listed under in it; null where it is not in the list. */
export type Lists<D extends Document, L extends string> = { readonly [Name in L]: (document: D) => string | null }

/** The names of lists, of which the compiler knows no others. */
export const namesOf = <L extends string>(lists: Lists<never, L>): readonly L[] => Object.keys(lists) as L[]

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
