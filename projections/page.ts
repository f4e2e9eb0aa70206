import type { ListName } from './lists.ts'
import type { Entry, ViewStore } from './ports/view-store.ts'

/** `after`: the sort key that the page begins after, as a page before told it. Default order: ascending, thus oldest first. */
export type PageRequest = {
  readonly first: number
  readonly after?: string
  readonly direction?: 'ascending' | 'descending'
}

/**
 * `next`: where the next page begins, null when this was the last. A page may have fewer entries than asked for, even none, and still a
 * next one: a filter looks at a bounded number of documents at a time.
 */
export type Page<D> = {
  readonly entries: readonly Entry<D>[]
  readonly next: string | null
  /** The last sort key that was looked at; what was asked for where there was nothing to look at. */
  readonly seenTo: string | null
  /** How many documents the whole list has. Absent where that could be found out only by walking through it. */
  readonly total?: () => Promise<number>
}

/** How many documents a filter looks at for one page, and how many are read at a time at most. */
const maxScanned = 5000
const maxReadLength = 500

/** One page of a list; with `matches` of those alone that it lets through, and of none from the first on that `ends` it. */
export const readPage = async <D>(
  viewStore: ViewStore,
  list: ListName,
  { first, after, direction = 'ascending' }: PageRequest,
  matches?: (document: D) => boolean,
  ends: (document: D) => boolean = nothing,
): Promise<Page<D>> => {
  const { view, index, value } = list
  const page = await walkList<D>(
    (range) => viewStore.list<D>(view, { index, value, ...range }),
    { first, direction, ...(after !== undefined && { after }) },
    matches,
    ends,
  )
  return matches ? page : { ...page, total: () => viewStore.count(list.view, list.index, list.value) }
}

/** A part of a list that is in no view, or in one. */
export type ReadList<D> = (range: PageRequest) => Promise<readonly Entry<D>[]>

/** The same of any list. */
export const walkList = async <D>(
  list: ReadList<D>,
  { first, after, direction = 'ascending' }: PageRequest,
  matches: (document: D) => boolean = everything,
  ends: (document: D) => boolean = nothing,
): Promise<Page<D>> => {
  const found: Entry<D>[] = []
  let seenTo = after ?? null
  let scanned = 0
  for (let readLength = first; ; readLength = Math.min(maxReadLength, readLength * 2)) {
    const range = seenTo === null ? {} : { after: seenTo }
    // One more, to know whether there is a next page.
    const read = await list({ direction, first: readLength + 1, ...range })
    for (const entry of read.slice(0, readLength)) {
      if (found.length === first) return { entries: found, next: seenTo, seenTo }
      if (ends(entry.document)) return { entries: found, next: null, seenTo }
      if (matches(entry.document)) found.push(entry)
      seenTo = entry.sortKey
      scanned += 1
    }
    if (read.length <= readLength) return { entries: found, next: null, seenTo }
    if (found.length === first || scanned >= maxScanned) return { entries: found, next: seenTo, seenTo }
  }
}

const everything = () => true
const nothing = () => false
