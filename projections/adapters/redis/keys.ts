import { baseName } from '../../ports/view-store.ts'
import { afterSeparator, decodeText, encodeText, separator } from './order-text.ts'

/**
 * The keys of a view, always the same few, so that a view can be dropped and swapped without looking for them.
 *
 * All have the hash tag `{prefix:name}`, where the name ends at its first dot: they and those of `name.anything` are in one slot of a
 * cluster, which is what lets one script apply a batch, and swap `name.rebuild` into the place of `name`, as one. What it costs: a view can
 * not be larger, nor take more writes, than one node of the cluster can bear. Different views are on different nodes.
 */
export type ViewKeys = {
  /**
   * Hash: `epoch`, `checkpoint`, `mark` (of which log the checkpoint is), `completeAt` (before the checkpoint is there, nobody reads), `reason`
   * (why the view was built), and `batch`, the id of the last batch that was applied. Without `epoch`: the view is void for that `reason`.
   */
  readonly meta: string
  /** Hash: key of the document to its JSON. */
  readonly docs: string
  /** Hash: key of the document to its members of `order`, in MessagePack. */
  readonly places: string
  /** Sorted set, all scores 0: a member for every place in a list, and one for every document. */
  readonly order: string
  /** Hash: `epoch` and `seq` of the stream, and `turn`, the id of the last drop or swap. Belongs to the name and outlives the view. */
  readonly feed: string
  /** Stream, capped: every change. Belongs to the name too. */
  readonly changes: string
  /** There while the view is held. */
  readonly hold: string
}

export const viewKeys = (prefix: string, view: string): ViewKeys => {
  const base = `{${prefix}:${encodeURIComponent(baseName(view))}}${encodeURIComponent(view.slice(baseName(view).length))}`
  return {
    meta: `${base}:meta`,
    docs: `${base}:docs`,
    places: `${base}:places`,
    order: `${base}:order`,
    feed: `${base}:feed`,
    changes: `${base}:changes`,
    hold: `${base}:hold`,
  }
}

/** In the order in which scripts take them. */
export const sixKeys = ({ meta, docs, places, order, feed, changes }: ViewKeys) =>
  [meta, docs, places, order, feed, changes] as const

/** Where a batch too large for one message waits. */
export const stagedKey = (keys: ViewKeys, batchId: string): string => `${keys.meta}:staged:${batchId}`

/** The picture that a dump is read from. */
export type DumpKeys = Pick<ViewKeys, 'docs' | 'places' | 'order'>

export const dumpKeys = (keys: ViewKeys, dumpId: string): DumpKeys => ({
  docs: `${keys.docs}:dump:${dumpId}`,
  places: `${keys.places}:dump:${dumpId}`,
  order: `${keys.order}:dump:${dumpId}`,
})

/** Throws on a prefix that would change which part of a key is its hash tag. */
export const checkPrefix = (prefix: string): string => {
  if (/[{}]/.test(prefix)) throw new Error(`the prefix of Redis keys must be without braces, and is ${prefix}`)
  return prefix
}

export type Place = { readonly index: string; readonly value: string; readonly sortKey: string; readonly key: string }

/** What all members of a list begin with. */
export const encodeListed = (index: string, value: string): string =>
  `${encodeText(index)}${separator}${encodeText(value)}${separator}`

/** A member of `order`. `encodedKey`: of the document, where it is known. */
export const encodePlace = ({ index, value, sortKey, key }: Place, encodedKey = encodeText(key)): string =>
  `${encodeListed(index, value)}${encodeText(sortKey)}${separator}${encodedKey}`

export const decodePlace = (member: string): Place => {
  const [index = '', value = '', sortKey = '', key = ''] = member.split(separator).map(decodeText)
  return { index, value, sortKey, key }
}

/** From and to, as `ZRANGEBYLEX` takes them. */
export type LexRange = { readonly min: string; readonly max: string }

/** The members of a list, in the order of its direction only those beyond the sort key `after`. */
export const listRange = (
  index: string,
  value: string,
  after?: { readonly sortKey: string; readonly direction: 'ascending' | 'descending' },
): LexRange => {
  const listed = encodeListed(index, value)
  const whole = { min: `[${listed}`, max: `(${listed.slice(0, -separator.length)}${afterSeparator}` }
  if (!after) return whole
  const place = `${listed}${encodeText(after.sortKey)}`
  return after.direction === 'ascending'
    ? { ...whole, min: `[${place}${afterSeparator}` }
    : { ...whole, max: `(${place}${separator}` }
}

/** What the member of a document (not of a place in a list) begins with; its key follows. No text begins so. */
export const keyMark = '\u0002'
const afterKeys = '\u0003'

/** The members of documents with a key beyond `after`, all if it is null. */
export const keyRange = (after: string | null): LexRange => ({
  min: after === null ? `[${keyMark}` : `(${keyMark}${encodeText(after)}`,
  max: `(${afterKeys}`,
})

/** The field, and the beginning of the member, by which a key tells that it belongs to the view's epoch. */
export const epochMark = '\u0001'
