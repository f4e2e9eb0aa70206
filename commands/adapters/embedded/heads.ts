import type { DatabaseSync } from 'node:sqlite'

/** The two tables that only grow. */
export type Log = 'events' | 'messages'

/** Knows the last position of each log and wakes those who wait for a later one. */
export type Heads = {
  /** The last position ever given out, `-1` before the first. */
  current(log: Log): number
  /**
   * Resolves when the log has grown beyond `position`, and also when the signal aborts, the database closes or cannot be read:
   * the caller reads next and meets the error there.
   */
  grownBeyond(log: Log, position: number, signal: AbortSignal): Promise<void>
  /** Wakes whoever waits for what is there now. To be called after every commit of this process. */
  refresh(): void
  close(): void
}

type Waiter = { readonly log: Log; readonly position: number; readonly wake: () => void }

/**
 * How often to look for commits of other processes: often while they write, seldom while they do not. It is waking up that
 * costs, not looking: 20 times a second is 0.4 % of a core, all that an idle server may take is 1 %.
 */
const busyPollMs = 20
const idlePollMs = 200
const busyForMs = 5_000

/**
 * Commits of this process wake waiters at once. Those of others are noticed by one timer for the whole database, which asks
 * for `PRAGMA data_version`: a look into shared memory, 3 microseconds, no file is read. It runs only while somebody waits.
 */
export const createHeads = (connection: DatabaseSync): Heads => {
  const readHeads = connection.prepare('SELECT name, seq FROM sqlite_sequence')
  const readDataVersion = connection.prepare('PRAGMA data_version')
  const waiters = new Set<Waiter>()
  let timer: NodeJS.Timeout | undefined
  let dataVersion = readDataVersion.get()?.data_version
  let lastForeignGrowth = Number.NEGATIVE_INFINITY
  let closed = false

  const current = (log: Log): number => {
    for (const row of readHeads.iterate()) if (row.name === log) return Number(row.seq)
    return -1
  }

  const hasGrown = (log: Log, position: number): boolean => {
    try {
      return current(log) > position
    } catch {
      return true
    }
  }

  const wakeAll = (): void => {
    for (const waiter of [...waiters]) waiter.wake()
  }

  /** Returns whether somebody was waiting for what is there now. */
  const wakeThoseBehind = (): boolean => {
    try {
      const heads = { events: current('events'), messages: current('messages') }
      const behind = [...waiters].filter((waiter) => heads[waiter.log] > waiter.position)
      for (const waiter of behind) waiter.wake()
      return behind.length > 0
    } catch {
      wakeAll()
      return false
    }
  }

  const poll = (): void => {
    timer = undefined
    try {
      const version = readDataVersion.get()?.data_version
      // Most of what other processes commit in quiet times are heartbeats, which are no reason to look more often.
      if (version !== dataVersion && wakeThoseBehind()) lastForeignGrowth = performance.now()
      dataVersion = version
    } catch {
      wakeAll()
    }
    arm()
  }

  const arm = (): void => {
    if (closed || timer !== undefined || waiters.size === 0) return
    const quiet = performance.now() - lastForeignGrowth > busyForMs
    timer = setTimeout(poll, quiet ? idlePollMs : busyPollMs)
  }

  return {
    current,
    refresh: () => {
      if (waiters.size > 0) wakeThoseBehind()
    },
    grownBeyond: (log, position, signal) =>
      new Promise((resolve) => {
        if (closed || signal.aborted || hasGrown(log, position)) return resolve()
        const wake = (): void => {
          waiters.delete(waiter)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const waiter: Waiter = { log, position, wake }
        waiters.add(waiter)
        signal.addEventListener('abort', wake, { once: true })
        arm()
      }),
    close: () => {
      closed = true
      if (timer !== undefined) clearTimeout(timer)
      wakeAll()
    },
  }
}
