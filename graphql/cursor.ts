import type { ViewName } from '../projections/documents.ts'
import { type ApiError, invalidInput } from './errors.ts'

/** A place in a list, opaque to clients and stable: it stays valid while documents come, change and are marked deleted. */
export const encodeCursor = (view: ViewName, sortKey: string): string =>
  Buffer.from(`${view}:${sortKey}`, 'utf8').toString('base64url')

/** The sort key in a cursor that `encodeCursor` made for the same view, else null. */
const tryDecodeCursor = (view: ViewName, cursor: string): string | null => {
  const sortKey = Buffer.from(cursor, 'base64url').toString('utf8').slice(`${view}:`.length)
  return encodeCursor(view, sortKey) === cursor ? sortKey : null
}

/** One answer for garbage, for another list's cursor and for one of another project. */
export const unknownCursor = (): ApiError =>
  invalidInput('after', 'unknown cursor: pass an endCursor or cursor that this list gave, unchanged')

/**
 * How a list finds the sort key in a cursor. Listed documents are never removed, so a cursor that was once given finds its document;
 * one that finds none, or one the caller may not see, was not given to this caller.
 */
export const cursorPlace =
  (view: ViewName, isVisible: (sortKey: string) => Promise<boolean>) =>
  async (cursor: string): Promise<string> => {
    const sortKey = tryDecodeCursor(view, cursor)
    if (sortKey === null || !(await isVisible(sortKey))) throw unknownCursor()
    return sortKey
  }
