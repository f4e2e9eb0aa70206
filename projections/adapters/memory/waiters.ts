import type { Position } from '../../../commands/ports/event-store.ts'

/** Those who wait for a view to reach a position. */
export type Waiters = {
  /** True once the position is reached, false when the signal aborts or the store closes first. */
  readonly wait: (position: Position, signal: AbortSignal) => Promise<boolean>
  readonly reached: (checkpoint: Position) => void
  readonly areNone: () => boolean
  readonly end: () => void
}

type Waiter = { readonly position: Position; readonly settle: (reached: boolean) => void }

export const createWaiters = (): Waiters => {
  const waiting = new Set<Waiter>()
  return {
    wait: (position, signal) =>
      new Promise((resolve) => {
        const settle = (reached: boolean) => {
          waiting.delete(waiter)
          signal.removeEventListener('abort', giveUp)
          resolve(reached)
        }
        const giveUp = () => settle(false)
        const waiter: Waiter = { position, settle }
        waiting.add(waiter)
        signal.addEventListener('abort', giveUp)
        if (signal.aborted) giveUp()
      }),
    reached: (checkpoint) => {
      for (const waiter of waiting) if (waiter.position <= checkpoint) waiter.settle(true)
    },
    areNone: () => waiting.size === 0,
    end: () => {
      for (const waiter of waiting) waiter.settle(false)
    },
  }
}
