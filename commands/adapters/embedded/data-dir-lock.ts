import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeDirectory } from './make-directory.ts'
import { isBusy } from './sqlite-errors.ts'

export type DataDirLock = {
  readonly path: string
  /** Lets another process in. Called twice it does nothing more. */
  release(): void
}

export type DataDirRefusalCode =
  | 'DATA_DIR_IN_USE'
  | 'DATA_DIR_NOT_WRITABLE'
  | 'DATA_DIR_OF_ANOTHER_USER'
  | 'DATA_DIR_LOCK_UNUSABLE'

/** Thrown at start: this process must not use the directory. `pid` is the holder, where it is in use and could be found out. */
export class DataDirRefused extends Error {
  override readonly name = 'DataDirRefused'
  readonly code: DataDirRefusalCode
  readonly path: string
  readonly pid: number | undefined
  constructor(code: DataDirRefusalCode, path: string, message: string, options: ErrorOptions & { pid?: number } = {}) {
    super(message, options)
    this.code = code
    this.path = path
    this.pid = options.pid
  }
}

export type DataDirLockOptions = {
  readonly dataDir: string
  /** What runs there once, as a file name: `all`, `agent` ... */
  readonly role: string
}

/**
 * Makes sure that one process runs a role on a data directory, which is made when missing (0700). Throws `DataDirRefused`.
 *
 * Node has no `flock`, so the lock is the one that SQLite holds on a file while a transaction is open: the kernel drops it when
 * the process ends, however it ends, and no file that was left behind can be mistaken for a running server. Nothing else in this
 * process may open the `.lock` file, because closing any descriptor of it drops the lock (POSIX); the pid stands in another file.
 */
export const acquireDataDirLock = ({ dataDir, role }: DataDirLockOptions): DataDirLock => {
  const directory = resolve(dataDir)
  prepareDirectory(directory)
  const path = join(directory, `${role}.lock`)
  const pidPath = join(directory, `${role}.pid`)
  const connection = lockFile(path, pidPath, directory, role)
  writeFileSync(`${pidPath}.new`, `${process.pid}\n`, { mode: 0o600 })
  renameSync(`${pidPath}.new`, pidPath)
  const release = (): void => {
    if (!connection.isOpen) return
    process.off('exit', release)
    rmSync(pidPath, { force: true })
    connection.close()
  }
  // Also keeps the connection alive for a caller who keeps nothing: a connection that is collected as garbage is closed.
  process.on('exit', release)
  return { path, release }
}

const prepareDirectory = (directory: string): void => {
  try {
    makeDirectory(directory, 0o700)
    const owner = statSync(directory).uid
    const user = process.getuid?.() ?? owner
    if (owner !== user) {
      const message = `the data directory ${directory} belongs to user ${owner} and this process runs as user ${user}. Run it as that user, give the directory to this one with chown, or choose another data directory.`
      throw new DataDirRefused('DATA_DIR_OF_ANOTHER_USER', directory, message)
    }
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    if (error instanceof DataDirRefused) throw error
    const message = `the data directory ${directory} cannot be written to (${(error as Error).message}). Make it writable for this user, or choose another data directory.`
    throw new DataDirRefused('DATA_DIR_NOT_WRITABLE', directory, message, { cause: error })
  }
}

const lockFile = (path: string, pidPath: string, directory: string, role: string): DatabaseSync => {
  let connection: DatabaseSync | undefined
  try {
    closeToOthers(path)
    connection = new DatabaseSync(path, { timeout: 0 })
    connection.exec('BEGIN EXCLUSIVE')
    return connection
  } catch (error) {
    connection?.close()
    if (!isBusy(error)) {
      const message = `the lock file ${path} cannot be used (${(error as Error).message}). Remove it, if no server runs on this directory.`
      throw new DataDirRefused('DATA_DIR_LOCK_UNUSABLE', path, message, { cause: error })
    }
    const pid = readPid(pidPath)
    const holder = pid === undefined ? 'another process' : `process ${pid}`
    const message = `${holder} already runs as "${role}" on the data directory ${directory} (lock ${path}). Stop it, or choose another data directory.`
    throw new DataDirRefused('DATA_DIR_IN_USE', path, message, pid === undefined ? {} : { pid })
  }
}

/** Whoever may open a file may lock it, also for reading alone, and so keep this program from starting. */
const closeToOthers = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  chmodSync(path, 0o600)
}

const readPid = (path: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || undefined
  } catch {
    // The holder has the lock and has not written its pid yet.
    return undefined
  }
}
