import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { ViewName } from '../projections/documents.ts'
import { auditKey } from '../projections/views/events.ts'
import { type ApiError, invalidInput } from './errors.ts'

/** Places in lists, opaque to clients and stable: they stay valid while documents come, change and are marked deleted. */
export type Cursors = {
  encode(view: ViewName, sortKey: string): string
  /** The sort key in a cursor that `encode` made for the same view, else null. */
  tryDecode(view: ViewName, cursor: string): string | null
}

/**
 * Sort keys are ids that the documents show, but for those of events: positions in the log of all projects. Two of them would tell how
 * much others did in between, so they are sealed with `key`, 32 bytes that every API of the system has.
 */
export const createCursors = (key: Uint8Array): Cursors => ({
  encode: (view, sortKey) => (view === 'events' ? sealPosition(key, Number(sortKey)) : encodePlain(view, sortKey)),
  tryDecode: (view, cursor) => {
    if (view !== 'events') return tryDecodePlain(view, cursor)
    const position = tryOpenPosition(key, cursor)
    return position === null ? null : auditKey(position)
  },
})

const encodePlain = (view: ViewName, sortKey: string): string =>
  Buffer.from(`${view}:${sortKey}`, 'utf8').toString('base64url')

const tryDecodePlain = (view: ViewName, cursor: string): string | null => {
  const sortKey = Buffer.from(cursor, 'base64url').toString('utf8').slice(`${view}:`.length)
  return encodePlain(view, sortKey) === cursor ? sortKey : null
}

/** One block each, of which one half is always 0: that is what tells a cursor from anything else. */
const algorithm = 'aes-256-ecb'
const blockBytes = 16
const halfBytes = blockBytes / 2

const sealPosition = (key: Uint8Array, position: number): string => {
  const block = Buffer.alloc(blockBytes)
  block.writeBigUInt64BE(BigInt(position), halfBytes)
  return createCipheriv(algorithm, key, null).setAutoPadding(false).update(block).toString('base64url')
}

const tryOpenPosition = (key: Uint8Array, cursor: string): number | null => {
  const sealed = Buffer.from(cursor, 'base64url')
  if (sealed.length !== blockBytes || sealed.toString('base64url') !== cursor) return null
  const block = createDecipheriv(algorithm, key, null).setAutoPadding(false).update(sealed)
  const position = Number(block.readBigUInt64BE(halfBytes))
  return block.readBigUInt64BE(0) === 0n && Number.isSafeInteger(position) ? position : null
}

/** One answer for garbage, for another list's cursor and for one of another project. */
export const unknownCursor = (field: 'after' | 'before' = 'after'): ApiError =>
  invalidInput(field, 'unknown cursor: pass an endCursor or cursor that this list gave, unchanged')

/**
 * How a list finds the sort key in a cursor. Listed documents are never removed, so a cursor that was once given finds its document;
 * one that finds none, or one the caller may not see, was not given to this caller.
 */
export const cursorPlace =
  (cursors: Cursors, view: ViewName, isVisible: (sortKey: string) => Promise<boolean>) =>
  async (cursor: string, field: 'after' | 'before' = 'after'): Promise<string> => {
    const sortKey = cursors.tryDecode(view, cursor)
    if (sortKey === null || !(await isVisible(sortKey))) throw unknownCursor(field)
    return sortKey
  }
