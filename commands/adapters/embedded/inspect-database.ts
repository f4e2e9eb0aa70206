import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { applicationId, schemaVersion } from './schema.ts'
import { isCorrupt, isNotADatabase } from './sqlite-errors.ts'

export type RefusalCode =
  | 'DATABASE_TRUNCATED'
  | 'DATABASE_DAMAGED'
  | 'DATABASE_NOT_SQLITE'
  | 'DATABASE_NOT_COFFER'
  | 'DATABASE_TOO_NEW'
  | 'DATABASE_MISSING'
  | 'DATABASE_UNREADABLE'

/** Thrown at start: the file is not one this program can safely write to. Nothing in it was changed. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused'
  readonly code: RefusalCode
  readonly path: string
  constructor(code: RefusalCode, path: string, reason: string, remedy: string, options?: ErrorOptions) {
    super(`${path} (the event store and message bus of this server) was refused: ${reason}. ${remedy}`, options)
    this.code = code
    this.path = path
  }
}

const restore = 'Restore a copy of it, or move it away to start with an empty store. It was left as it is.'
const moveAway = 'Move it away, or choose another data directory. It was left as it is.'

/** Reading all of a file costs about a second per GB. Up to here every page is checked at start, above only what is structural. */
const fullCheckBytes = 64 * 1024 * 1024
/** The smallest page of SQLite; any database is at least one page long. */
const smallestPageBytes = 512

/**
 * Checks an existing file without changing it: opened read-only, because the last writing connection to close would merge the
 * write-ahead log into the file, and that would cover up what is missing from it. Throws `DatabaseRefused`.
 */
export const inspectDatabase = (path: string): 'absent' | 'sound' => {
  // In this order, because another process that starts now makes the file first and the log afterwards.
  const log = statIfPresent(`${path}-wal`)
  const file = statIfPresent(path)
  if (file === undefined) {
    if (log === undefined || log.size === 0) return 'absent'
    const reason = `the file is missing, but its write-ahead log ${path}-wal is still there`
    throw new DatabaseRefused('DATABASE_MISSING', path, reason, 'Put the file back, or move the log away as well.')
  }
  if (!file.isFile()) throw new DatabaseRefused('DATABASE_UNREADABLE', path, 'it is not a regular file', moveAway)
  if (file.size < smallestPageBytes) {
    throw new DatabaseRefused('DATABASE_TRUNCATED', path, `it is only ${file.size} bytes long`, restore)
  }
  const connection = openReadOnly(path)
  try {
    connection.exec('BEGIN')
    checkIdentity(connection, path)
    checkLength(connection, path)
    if (file.size <= fullCheckBytes) checkPages(connection, path)
    return 'sound'
  } catch (error) {
    throw refusal(error, path)
  } finally {
    connection.close()
  }
}

const statIfPresent = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw refusal(error, path)
  }
}

const openReadOnly = (path: string): DatabaseSync => {
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: 2_000 })
  } catch (error) {
    throw refusal(error, path)
  }
}

const pragma = (connection: DatabaseSync, name: string): number =>
  Number(Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0])

const checkIdentity = (connection: DatabaseSync, path: string): void => {
  if (pragma(connection, 'application_id') !== applicationId) {
    throw new DatabaseRefused('DATABASE_NOT_COFFER', path, 'it is an SQLite database of another program', moveAway)
  }
  const version = pragma(connection, 'user_version')
  if (version > schemaVersion) {
    const reason = `it has schema version ${version}, and this version of Coffer knows only ${schemaVersion}`
    throw new DatabaseRefused(
      'DATABASE_TOO_NEW',
      path,
      reason,
      'Run the newer Coffer that wrote it. It was left as it is.',
    )
  }
}

/** SQLite itself does not miss the end of a file while there is a write-ahead log. Every page must be in one of the two. */
const checkLength = (connection: DatabaseSync, path: string): void => {
  const pageBytes = pragma(connection, 'page_size')
  const pages = pragma(connection, 'page_count')
  const present = Math.floor(statSync(path).size / pageBytes)
  if (present >= pages) return
  const logged = pagesInLog(`${path}-wal`, pageBytes)
  for (let page = present + 1; page <= pages; page++) {
    if (logged.has(page)) continue
    throw truncated(path, statSync(path).size, pages * pageBytes)
  }
}

const truncated = (path: string, size: number, expected: number): DatabaseRefused =>
  new DatabaseRefused('DATABASE_TRUNCATED', path, `it is cut off at ${size} of ${expected} bytes`, restore)

/**
 * Bytes, from the page size at 16 and the number of pages at 28. Only for a file that SQLite does not open: closing any descriptor of one
 * that is open takes its locks away (POSIX). https://sqlite.org/fileformat2.html#the_database_header
 */
const sizeInHeader = (path: string): number => {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(32)
    readSync(file, header, 0, 32, 0)
    const pageBytes = header.readUInt16BE(16)
    // 64 KB does not fit in 16 bits and is written as 1.
    return (pageBytes === 1 ? 65_536 : pageBytes) * header.readUInt32BE(28)
  } finally {
    closeSync(file)
  }
}

/**
 * The page numbers in a write-ahead log: a header of 32 bytes, then frames of 24 bytes and a page. A frame counts only with the
 * salt of the header (bytes 16 to 23; 8 to 15 in a frame), others are left over from before. https://sqlite.org/fileformat2.html#walformat
 */
const pagesInLog = (path: string, pageBytes: number): Set<number> => {
  const pages = new Set<number>()
  if (statIfPresent(path) === undefined) return pages
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(32)
    if (readSync(file, header, 0, 32, 0) < 32) return pages
    const frame = Buffer.alloc(24)
    for (let at = 32; readSync(file, frame, 0, 24, at) === 24; at += 24 + pageBytes) {
      if (frame.subarray(8, 16).equals(header.subarray(16, 24))) pages.add(frame.readUInt32BE(0))
    }
    return pages
  } finally {
    closeSync(file)
  }
}

const checkPages = (connection: DatabaseSync, path: string): void => {
  const found = String(Object.values(connection.prepare('PRAGMA quick_check(1)').get() ?? {})[0])
  if (found === 'ok') return
  throw new DatabaseRefused('DATABASE_DAMAGED', path, `it is damaged (${found.replaceAll('\n', ' ')})`, restore)
}

const refusal = (error: unknown, path: string): DatabaseRefused => {
  if (error instanceof DatabaseRefused) return error
  const options = { cause: error }
  const reason = error instanceof Error ? error.message : String(error)
  if (isNotADatabase(error)) {
    return new DatabaseRefused('DATABASE_NOT_SQLITE', path, 'it is not an SQLite database', moveAway, options)
  }
  if (isCorrupt(error)) {
    const size = statSync(path).size
    const expected = sizeInHeader(path)
    if (size < expected) return truncated(path, size, expected)
    return new DatabaseRefused('DATABASE_DAMAGED', path, 'it is damaged', restore, options)
  }
  const remedy = 'Make the file and its directory readable and writable for this user.'
  return new DatabaseRefused('DATABASE_UNREADABLE', path, `it cannot be opened (${reason})`, remedy, options)
}
