import type { DatabaseSync } from 'node:sqlite'
import { isBusy, isStorageError, StorageFailure } from './sqlite-errors.ts'

export type GroupCommit = {
  /**
   * Runs `work` inside the next transaction and resolves with its result once that is durable. All writes of one turn of the
   * event loop share one transaction and one fsync. When `work` throws, its own changes are undone and it alone rejects; when the
   * disk fails, all of them reject with `StorageFailure` and nothing was written.
   */
  write<T>(work: () => T): Promise<T>
  /**
   * The same, but in no hurry: rides along with the next `write`, at the latest after `withinMs`. On its own it costs no fsync: a failure of power may
   * take it away, and all unsynced after it. It becomes durable with the next `write`.
   */
  writeSoon<T>(work: () => T, withinMs: number): Promise<T>
  /** Commits what is pending, then refuses everything with `StorageFailure`. */
  close(): Promise<void>
}

export type GroupCommitOptions = {
  /** How long to try for the write lock while another process has it. */
  readonly lockTimeoutMs: number
  /** Called after every commit, when the callers' promises are already settled. */
  readonly onCommit: () => void
}

type Write = {
  readonly work: () => unknown
  readonly isSynced: boolean
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

/** Between two tries for the write lock: longer than a commit takes, too short to be felt. */
const lockRetryMs = 2

/**
 * SQLite writes about 2,000 transactions a second with an fsync each, and twenty times as many changes when they share one.
 * `setImmediate` gathers them without a timer: it runs when everything that is ready to run now has run, so a single write
 * goes out at once, and writers that were all waiting for the previous commit form the next group together.
 */
export const createGroupCommit = (connection: DatabaseSync, options: GroupCommitOptions): GroupCommit => {
  let pending: Write[] = []
  let scheduled: NodeJS.Immediate | undefined
  let soon: { readonly timer: NodeJS.Timeout; readonly at: number } | undefined
  let lockWait: { readonly timer: NodeJS.Timeout; readonly since: number } | undefined
  let closed = false
  /** Whether a commit waits for the disk: in WAL mode, NORMAL leaves that to the next one that does (SQLite, PRAGMA synchronous). */
  let syncs = true

  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const savepoint = connection.prepare('SAVEPOINT one_write')
  const release = connection.prepare('RELEASE one_write')
  const undo = connection.prepare('ROLLBACK TO one_write')

  const enqueue = <T>(work: () => T, isSynced = true): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (closed) reject(new StorageFailure('the database is closed'))
      else pending.push({ work, isSynced, resolve, reject })
    })

  const schedule = (): void => {
    if (scheduled === undefined && lockWait === undefined) scheduled = setImmediate(flush)
  }

  const flush = (): void => {
    scheduled = undefined
    if (soon !== undefined) clearTimeout(soon.timer)
    soon = undefined
    if (pending.length === 0 || !lock()) return
    const group = pending
    pending = []
    let settle: (() => void)[]
    try {
      settle = group.map(group.length === 1 ? attempt : attemptAlone)
      commit.run()
    } catch (error) {
      if (connection.isTransaction) connection.exec('ROLLBACK')
      const failure = isStorageError(error) ? new StorageFailure(describe(error), { cause: error }) : error
      for (const write of group) write.reject(failure)
      return
    }
    for (const report of settle) report()
    options.onCommit()
  }

  /** Takes the write lock. False: try again later, without blocking the event loop meanwhile. */
  const lock = (): boolean => {
    try {
      // It cannot be changed within a transaction.
      const mustSync = pending.some(({ isSynced }) => isSynced)
      if (mustSync !== syncs) connection.exec(`PRAGMA synchronous = ${mustSync ? 'FULL' : 'NORMAL'}`)
      syncs = mustSync
      begin.run()
      lockWait = undefined
      return true
    } catch (error) {
      const since = lockWait?.since ?? performance.now()
      if (isBusy(error) && performance.now() - since < options.lockTimeoutMs) {
        lockWait = { since, timer: setTimeout(flush, lockRetryMs) }
        return false
      }
      lockWait = undefined
      const group = pending
      pending = []
      for (const write of group) write.reject(new StorageFailure(describe(error), { cause: error }))
      return false
    }
  }

  const attempt = (write: Write): (() => void) => {
    const result = write.work() as never
    return () => write.resolve(result)
  }

  /** One write among others: what it changed before it threw is undone, the others stay. */
  const attemptAlone = (write: Write): (() => void) => {
    savepoint.run()
    try {
      const succeeded = attempt(write)
      release.run()
      return succeeded
    } catch (error) {
      if (isStorageError(error) || !connection.isTransaction) throw error
      undo.run()
      release.run()
      return () => write.reject(error)
    }
  }

  return {
    write: (work) => {
      const done = enqueue(work)
      schedule()
      return done
    },
    writeSoon: (work, withinMs) => {
      const done = enqueue(work, false)
      const at = performance.now() + withinMs
      if (scheduled === undefined && (soon === undefined || at < soon.at)) {
        if (soon !== undefined) clearTimeout(soon.timer)
        soon = { at, timer: setTimeout(schedule, withinMs) }
      }
      return done
    },
    close: async () => {
      if (pending.length > 0) {
        const last = enqueue(() => undefined)
        schedule()
        closed = true
        await last.catch(() => undefined)
      }
      closed = true
      if (soon !== undefined) clearTimeout(soon.timer)
    },
  }
}

const describe = (error: unknown): string =>
  `the database file could not be written: ${error instanceof Error ? error.message : String(error)}`
