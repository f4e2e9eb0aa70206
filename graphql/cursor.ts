import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { auditKey } from '../projections/audit-entry.ts'
import type { ViewName } from '../projections/registry.ts'
import { type ApiError, invalidInput } from './errors.ts'

/** The lists that are in a view, and the one that is not. */
export type ListView = ViewName | 'refusals'

/** Places in lists, opaque to clients and stable: they stay valid while documents come, change and go, also the one they were given for. */
export type Cursors = {
  encode(view: ListView, sortKey: string): string
  /** The sort key in a cursor that `encode` made for the same view, else null. */
  tryDecode(view: ListView, cursor: string): string | null
}

/**
 * `key`: 32 bytes that every API of the system has. Sort keys are ids that the documents show, and are signed with it. Those of events are
 * positions in the log of all projects: two would tell how much others did in between, so they are sealed.
 */
export const createCursors = (key: Uint8Array): Cursors => ({
  encode: (view, sortKey) => (view === 'events' ? sealPosition(key, Number(sortKey)) : signPlace(key, view, sortKey)),
  tryDecode: (view, cursor) => {
    if (view !== 'events') return tryOpenPlace(key, view, cursor)
    const position = tryOpenPosition(key, cursor)
    return position === null ? null : auditKey(position)
  },
})

const tagBytes = 12

const tagOf = (key: Uint8Array, view: ListView, sortKey: string): Buffer =>
  createHmac('sha256', key).update(`${view}:${sortKey}`).digest().subarray(0, tagBytes)

const signPlace = (key: Uint8Array, view: ListView, sortKey: string): string =>
  Buffer.concat([tagOf(key, view, sortKey), Buffer.from(sortKey, 'utf8')]).toString('base64url')

const tryOpenPlace = (key: Uint8Array, view: ListView, cursor: string): string | null => {
  const signed = Buffer.from(cursor, 'base64url')
  if (signed.length < tagBytes || signed.toString('base64url') !== cursor) return null
  const sortKey = signed.subarray(tagBytes).toString('utf8')
  return timingSafeEqual(signed.subarray(0, tagBytes), tagOf(key, view, sortKey)) ? sortKey : null
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

/** One answer for garbage, for another list's cursor and for an event of another project. */
export const unknownCursor = (field: 'after' | 'before' = 'after'): ApiError =>
  invalidInput(field, 'unknown cursor: pass an endCursor or cursor that this list gave, unchanged')

/**
 * How a list finds the sort key in a cursor. The document that the cursor was given for is not looked for: it may be gone, and the list
 * goes on behind its place. `isPlace`: what else must hold, such as that the caller may see the event there. Default: nothing.
 */
export const cursorPlace =
  (cursors: Cursors, view: ListView, isPlace: (sortKey: string) => Promise<boolean> = async () => true) =>
  async (cursor: string, field: 'after' | 'before' = 'after'): Promise<string> => {
    const sortKey = cursors.tryDecode(view, cursor)
    if (sortKey === null || !(await isPlace(sortKey))) throw unknownCursor(field)
    return sortKey
  }
