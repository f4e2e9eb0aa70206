import { chmodSync, closeSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import { createHeads, type Heads } from './heads.ts'
import { inspectDatabase } from './inspect-database.ts'
import { makeDirectory } from './make-directory.ts'
import { applicationId, laterTables, schema, schemaVersion } from './schema.ts'
import { isStorageError, StorageFailure } from './sqlite-errors.ts'

/** One connection to `<data dir>/coffer.db`, shared by the event store and the message bus of this process. */
export type EmbeddedDatabase = Pick<GroupCommit, 'write' | 'writeSoon'> & {
  readonly path: string
  readonly connection: DatabaseSync
  readonly heads: Heads
  /** Runs a synchronous read. Throws `StorageFailure` when the file cannot be read or is closed. */
  read<T>(work: () => T): T
  /** Commits what is pending, wakes all who wait, closes the file. The stores built on it are closed before. */
  close(): Promise<void>
}

export type OpenDatabaseOptions = {
  readonly dataDir: string
  /** How long a write waits for another process that is writing, in milliseconds; default 5000. */
  readonly lockTimeoutMs?: number
}

export const databaseFileName = 'coffer.db'

/** Only reads wait this way, blocking the event loop: for a moment, while another process recovers the file after a crash. */
const readLockTimeoutMs = 20
/** What the write-ahead log is cut back to after it had to grow under a long read. */
const keptLogBytes = 16 * 1024 * 1024

/**
 * Opens the file, or creates it in a directory that is made when missing (0700, the file 0600). Throws `DatabaseRefused` when
 * there is a file that is damaged, not ours or too new, which is then left as it is. A file of an earlier Coffer gets the tables that have come since.
 */
export const openEmbeddedDatabase = (options: OpenDatabaseOptions): EmbeddedDatabase => {
  const { lockTimeoutMs = 5_000 } = options
  const path = join(options.dataDir, databaseFileName)
  makeDirectory(options.dataDir, 0o700)
  if (inspectDatabase(path) === 'absent') createDatabase(path)
  // A copy that was put back may be open to others, who could then read the log, and lock it. The files beside it have its mode.
  chmodSync(path, 0o600)
  const connection = new DatabaseSync(path, { timeout: readLockTimeoutMs })
  connection.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA journal_size_limit = ${keptLogBytes};
    PRAGMA temp_store = MEMORY;
    PRAGMA busy_timeout = ${lockTimeoutMs};
    ${laterTables}
    PRAGMA busy_timeout = ${readLockTimeoutMs};
  `)
  const heads = createHeads(connection)
  const commits = createGroupCommit(connection, {
    lockTimeoutMs,
    onCommit: heads.refresh,
  })
  return {
    path,
    connection,
    heads,
    write: commits.write,
    writeSoon: commits.writeSoon,
    read: (work) => {
      if (!connection.isOpen) throw new StorageFailure('the database is closed')
      try {
        return work()
      } catch (error) {
        if (!isStorageError(error)) throw error
        throw new StorageFailure(`the database file could not be read: ${(error as Error).message}`, { cause: error })
      }
    },
    close: async () => {
      await commits.close()
      heads.close()
      if (connection.isOpen) connection.close()
    },
  }
}

/**
 * Builds the file under another name and links it into place when it is whole and durable. So a crash leaves no half-made
 * file, an empty file is always a truncated one, and of two processes that start together both use the first one's.
 */
const createDatabase = (path: string): void => {
  const draft = `${path}.new-${process.pid}`
  rmSync(draft, { force: true })
  try {
    closeSync(openSync(draft, 'wx', 0o600))
    const connection = new DatabaseSync(draft)
    connection.exec(`
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${schemaVersion};
      PRAGMA synchronous = FULL;
      ${schema}
      PRAGMA journal_mode = WAL;
    `)
    connection.close()
    linkIfAbsent(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
  const directory = openSync(dirname(path), 'r')
  fsyncSync(directory)
  closeSync(directory)
}

const linkIfAbsent = (from: string, to: string): void => {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
