/** A place in a list: what it is sorted by, and the key of the document that stands there. */
export type Place = { readonly sortKey: string; readonly key: string }

/** `keys` null: each is the sort key itself, as in nearly every list. */
type Chunk = { readonly sortKeys: string[]; keys: string[] | null }

/**
 * Places in order of sort key, then key (by code unit), in chunks. Finding one takes O(log n), adding or removing one moves a part of a
 * chunk, a page takes its own length more. Plain data, as there is a list for every value of an index.
 */
export type SortedList = { size: number; chunks: Chunk[] }

export type PageOptions = {
  readonly after: string | undefined
  readonly direction: 'ascending' | 'descending'
  readonly first: number
}

/** Long enough that there are few chunks, short enough that an insertion in the middle of one moves little. */
const maxChunkLength = 512

export const createSortedList = (): SortedList => ({ size: 0, chunks: [] })

/** Inserting what is there already is fine. */
export const insertPlace = (list: SortedList, sortKey: string, key: string): void => {
  const { chunks } = list
  const last = chunks[chunks.length - 1]
  // Ids and positions grow, so that nearly every insertion is at the end.
  if (!last || (last.sortKeys[last.sortKeys.length - 1] as string) < sortKey) {
    append(list, sortKey, key)
    return
  }
  const [at, offset] = seekPlace(list, sortKey, key)
  const chunk = chunks[at]
  if (!chunk) {
    append(list, sortKey, key)
    return
  }
  if (isAt(chunk, offset, sortKey, key)) return
  keysFor(chunk, sortKey, key)?.splice(offset, 0, key)
  chunk.sortKeys.splice(offset, 0, sortKey)
  list.size += 1
  if (chunk.sortKeys.length > maxChunkLength) chunks.splice(at + 1, 0, cutInHalf(chunk))
}

/** Removing what is not there is fine. */
export const removePlace = (list: SortedList, sortKey: string, key: string): void => {
  const [at, offset] = seekPlace(list, sortKey, key)
  const chunk = list.chunks[at]
  if (!chunk || !isAt(chunk, offset, sortKey, key)) return
  chunk.sortKeys.splice(offset, 1)
  chunk.keys?.splice(offset, 1)
  list.size -= 1
  if (chunk.sortKeys.length === 0) list.chunks.splice(at, 1)
}

/** The first places beyond the sort key `after`, in the order of the direction. */
export const pageOf = (list: SortedList, { after, direction, first }: PageOptions): Place[] =>
  direction === 'ascending' ? ascending(list, after, first) : descending(list, after, first)

const append = (list: SortedList, sortKey: string, key: string): void => {
  const last = list.chunks[list.chunks.length - 1]
  list.size += 1
  if (!last || last.sortKeys.length >= maxChunkLength) {
    const chunk = { sortKeys: [sortKey], keys: key === sortKey ? null : [key] }
    // Most lists stay with one, and pushing it would make room for 17.
    if (last) list.chunks.push(chunk)
    else list.chunks = [chunk]
    return
  }
  keysFor(last, sortKey, key)?.push(key)
  last.sortKeys.push(sortKey)
}

/** The chunk's keys if it must have its own for this place to come in. */
const keysFor = (chunk: Chunk, sortKey: string, key: string): string[] | null => {
  if (key !== sortKey) chunk.keys ??= [...chunk.sortKeys]
  return chunk.keys
}

const keyAt = ({ sortKeys, keys }: Chunk, offset: number): string => (keys ?? sortKeys)[offset] as string

const isAt = (chunk: Chunk, offset: number, sortKey: string, key: string): boolean =>
  chunk.sortKeys[offset] === sortKey && keyAt(chunk, offset) === key

const cutInHalf = (chunk: Chunk): Chunk => {
  const half = chunk.sortKeys.length >> 1
  return { sortKeys: chunk.sortKeys.splice(half), keys: chunk.keys?.splice(half) ?? null }
}

const ascending = (list: SortedList, after: string | undefined, first: number): Place[] => {
  let [at, offset] = after === undefined ? [0, 0] : seek(list, (sortKey) => sortKey <= after)
  const places: Place[] = []
  for (let chunk = list.chunks[at]; chunk && places.length < first; chunk = list.chunks[at]) {
    for (; offset < chunk.sortKeys.length && places.length < first; offset += 1) places.push(placeAt(chunk, offset))
    at += 1
    offset = 0
  }
  return places
}

const descending = (list: SortedList, after: string | undefined, first: number): Place[] => {
  let [at, offset] = after === undefined ? [list.chunks.length, 0] : seek(list, (sortKey) => sortKey < after)
  const places: Place[] = []
  while (places.length < first && at >= 0) {
    const chunk = list.chunks[at]
    for (offset -= 1; chunk && offset >= 0 && places.length < first; offset -= 1) places.push(placeAt(chunk, offset))
    at -= 1
    offset = list.chunks[at]?.sortKeys.length ?? 0
  }
  return places
}

const placeAt = (chunk: Chunk, offset: number): Place => ({
  sortKey: chunk.sortKeys[offset] as string,
  key: keyAt(chunk, offset),
})

const seekPlace = (list: SortedList, sortKey: string, key: string): [chunk: number, offset: number] =>
  seek(list, (sort, other) => sort < sortKey || (sort === sortKey && other < key))

/** The first place that is not before the one sought; the chunk after the last where there is none. */
const seek = (
  { chunks }: SortedList,
  isBefore: (sortKey: string, key: string) => boolean,
): [chunk: number, offset: number] => {
  const isBeforeIn = (chunk: Chunk, offset: number) => isBefore(chunk.sortKeys[offset] as string, keyAt(chunk, offset))
  const at = firstIndex(chunks.length, (index) => {
    const chunk = chunks[index] as Chunk
    return !isBeforeIn(chunk, chunk.sortKeys.length - 1)
  })
  const chunk = chunks[at]
  return [at, chunk ? firstIndex(chunk.sortKeys.length, (offset) => !isBeforeIn(chunk, offset)) : 0]
}

/** The first of `length` indexes for which the test holds, given that it holds for all after it; `length` where there is none. */
export const firstIndex = (length: number, holds: (index: number) => boolean): number => {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
