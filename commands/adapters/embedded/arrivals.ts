import { setTimeout as delay } from 'node:timers/promises'
import type { EmbeddedDatabase } from './open-database.ts'

/** Tells the readers of partitions that there is something for them, and only those. */
export type Arrivals = {
  /**
   * Resolves when a message arrived in the partition after the last read of it, or the signal aborts. To be called in the same
   * turn as that read, so that nothing comes between the two unseen.
   */
  next(partitionId: number, signal: AbortSignal): Promise<void>
}

export type ArrivalsDeps = {
  readonly database: EmbeddedDatabase
  readonly touched: (after: number, upTo: number) => readonly number[]
  readonly signal: AbortSignal
}

const unreadableRetryMs = 200

/**
 * Follows the end of the one sequence that all partitions share, with one query for a commit: a query for each idle partition
 * would cost more the more topics there are.
 */
export const createArrivals = ({ database, touched, signal }: ArrivalsDeps): Arrivals => {
  const waiters = new Map<number, Set<() => void>>()

  const wake = (partitionId: number): void => {
    for (const waiter of [...(waiters.get(partitionId) ?? [])]) waiter()
  }

  const follow = async (): Promise<void> => {
    let seen = database.heads.current('messages')
    while (!signal.aborted) {
      await database.heads.grownBeyond('messages', seen, signal)
      if (signal.aborted) return
      try {
        const head = database.read(() => database.heads.current('messages'))
        for (const partitionId of database.read(() => touched(seen, head))) wake(partitionId)
        seen = head
      } catch {
        // Who reads meets the same error, reports it, and knows how long to wait before the next try.
        for (const partitionId of [...waiters.keys()]) wake(partitionId)
        await delay(unreadableRetryMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  void follow()
  return {
    next: (partitionId, ended) =>
      new Promise((resolve) => {
        if (ended.aborted) return resolve()
        const waiting = waiters.get(partitionId) ?? new Set()
        waiters.set(partitionId, waiting)
        const waiter = (): void => {
          waiting.delete(waiter)
          ended.removeEventListener('abort', waiter)
          resolve()
        }
        waiting.add(waiter)
        ended.addEventListener('abort', waiter, { once: true })
      }),
  }
}
