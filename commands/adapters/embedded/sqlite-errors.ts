/** The error `node:sqlite` throws: `errcode` is SQLite's extended result code, its low byte the primary one. */
export type SqliteError = Error & { readonly code: 'ERR_SQLITE_ERROR'; readonly errcode: number }

/** https://sqlite.org/rescode.html */
const BUSY = 5
const CORRUPT = 11
const NOT_A_DATABASE = 26
/** LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL: the place where data is kept, not what was asked. */
const STORAGE_CODES: readonly number[] = [BUSY, 6, 7, 8, 9, 10, CORRUPT, 13, 14, 15, NOT_A_DATABASE]

export const isSqliteError = (error: unknown): error is SqliteError =>
  error instanceof Error && (error as { code?: unknown }).code === 'ERR_SQLITE_ERROR'

const primaryCode = (error: unknown): number | undefined => (isSqliteError(error) ? error.errcode & 0xff : undefined)

export const isBusy = (error: unknown): boolean => primaryCode(error) === BUSY
export const isCorrupt = (error: unknown): boolean => primaryCode(error) === CORRUPT
export const isNotADatabase = (error: unknown): boolean => primaryCode(error) === NOT_A_DATABASE
export const isStorageError = (error: unknown): boolean => STORAGE_CODES.includes(primaryCode(error) ?? -1)

/** The file could not be read or written: disk full, I/O error, locked too long, closed. What was asked may succeed later. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure'
  readonly code = 'STORAGE_FAILURE'
}
