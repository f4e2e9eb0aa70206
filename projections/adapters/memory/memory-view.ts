import type { Position } from '../../../commands/ports/event-store.ts'
import {
  type Document,
  type DumpedDocument,
  type Entry,
  type IndexEntry,
  type ListOptions,
  neverWritten,
  type ViewWrite,
} from '../../ports/view-store.ts'
import { getOrCreate } from './get-or-create.ts'
import { createSortedList, insertPlace, pageOf, removePlace, type SortedList } from './sorted-list.ts'

/** One view: documents by key and the lists they stand in. Not a port: all in one thread, nothing waits. */
export type MemoryView = {
  readonly checkpoint: () => Position
  readonly moveTo: (position: Position) => void
  readonly write: (write: ViewWrite) => void
  readonly get: (key: string) => Document | null
  /** Where the document stands, nowhere if there is none. */
  readonly entriesOf: (key: string) => readonly IndexEntry[]
  readonly list: (options: ListOptions) => Entry<Document>[]
  readonly count: (index: string, value: string) => number
  /** All documents as they are now, in order of key. */
  readonly dump: () => Iterable<DumpedDocument>
}

type NamedList = SortedList & { readonly index: string; readonly value: string }

/**
 * A document and where it stands. There may be millions, so it points to its lists instead of naming them, and has one sort key for all
 * where, as nearly always, they are the same. Replaced, never changed: what was read or dumped stays as it was.
 */
type Stored = {
  readonly document: Document
  readonly lists: readonly NamedList[]
  readonly sortKeys: string | readonly string[]
}

export const createMemoryView = (): MemoryView => {
  const documents = new Map<string, Stored>()
  const indexes = new Map<string, Map<string, NamedList>>()
  let checkpoint = neverWritten
  /** Of the document that last went to other lists. All of them are in the indexes. */
  let lastLists: readonly NamedList[] = []

  const listOf = ({ index, value }: IndexEntry): NamedList => {
    const lists = getOrCreate(indexes, index, createLists)
    const known = lists.get(value)
    if (known) return known
    const list = { index, value, ...createSortedList() }
    lists.set(value, list)
    return list
  }

  /** Most documents stay in their lists, and many a new one stands in those of the one before: then nothing is looked up. */
  const listsOf = (entries: readonly IndexEntry[], before: Stored | undefined): readonly NamedList[] => {
    if (before && areListsOf(before.lists, entries)) return before.lists
    if (!areListsOf(lastLists, entries)) lastLists = entries.map(listOf)
    return lastLists
  }

  const forget = ({ index, value }: NamedList): void => {
    indexes.get(index)?.delete(value)
    lastLists = []
  }

  /** Insertions come first, so that no list is empty in between. */
  const move = (key: string, before: Stored | undefined, after: Stored | undefined): void => {
    if (before && before.lists === after?.lists && before.sortKeys === after.sortKeys) return
    for (let at = 0; after && at < after.lists.length; at += 1) {
      const list = after.lists[at] as NamedList
      if (!standsIn(before, list, sortKeyAt(after, at))) insertPlace(list, sortKeyAt(after, at), key)
    }
    for (let at = 0; before && at < before.lists.length; at += 1) {
      const list = before.lists[at] as NamedList
      if (standsIn(after, list, sortKeyAt(before, at))) continue
      removePlace(list, sortKeyAt(before, at), key)
      if (list.size === 0) forget(list)
    }
  }

  return {
    checkpoint: () => checkpoint,
    moveTo: (position) => {
      checkpoint = position
    },
    write: (write) => {
      const { key } = write
      const before = documents.get(key)
      if (write.kind === 'delete') {
        move(key, before, undefined)
        documents.delete(key)
        return
      }
      const { document, entries } = write
      const stored: Stored = { document, lists: listsOf(entries, before), sortKeys: sortKeysOf(entries) }
      move(key, before, stored)
      documents.set(key, stored)
    },
    get: (key) => documents.get(key)?.document ?? null,
    entriesOf: (key) => {
      const stored = documents.get(key)
      return stored ? entriesOf(stored) : []
    },
    list: ({ index, value, after, direction = 'ascending', first }) => {
      const list = indexes.get(index)?.get(value)
      const places = list ? pageOf(list, { after, direction, first }) : []
      // Every place in a list belongs to a document: both are written together.
      return places.map(({ sortKey, key }) => ({ key, sortKey, document: documents.get(key)?.document as Document }))
    },
    count: (index, value) => indexes.get(index)?.get(value)?.size ?? 0,
    dump: () => {
      const picture = [...documents].sort(([a], [b]) => (a < b ? -1 : 1))
      return picture.map(([key, stored]) => ({ key, document: stored.document, entries: entriesOf(stored) }))
    },
  }
}

const createLists = () => new Map<string, NamedList>()

const areListsOf = (lists: readonly NamedList[], entries: readonly IndexEntry[]): boolean => {
  if (lists.length !== entries.length) return false
  for (let at = 0; at < entries.length; at += 1) {
    if (lists[at]?.value !== entries[at]?.value || lists[at]?.index !== entries[at]?.index) return false
  }
  return true
}

const sortKeysOf = (entries: readonly IndexEntry[]): Stored['sortKeys'] => {
  const first = entries[0]?.sortKey ?? ''
  return entries.every(({ sortKey }) => sortKey === first) ? first : entries.map(({ sortKey }) => sortKey)
}

const sortKeyAt = ({ sortKeys }: Stored, at: number): string =>
  typeof sortKeys === 'string' ? sortKeys : (sortKeys[at] as string)

const standsIn = (stored: Stored | undefined, list: NamedList, sortKey: string): boolean => {
  for (let at = 0; stored && at < stored.lists.length; at += 1) {
    if (stored.lists[at] === list && sortKeyAt(stored, at) === sortKey) return true
  }
  return false
}

const entriesOf = (stored: Stored): readonly IndexEntry[] =>
  stored.lists.map(({ index, value }, at) => ({ index, value, sortKey: sortKeyAt(stored, at) }))
