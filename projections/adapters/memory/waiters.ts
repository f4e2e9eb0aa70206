import type { Position } from '../../../commands/ports/event-store.ts'

/** Those who wait for a view to reach a position. */
export type Waiters = {
  /** True once the position is reached, false when the signal aborts or the store closes first. */
  readonly wait: (position: Position, signal: AbortSignal) => Promise<boolean>
  /** The same for who may leave before: `leave` settles it with false. */
  readonly join: (
    position: Position,
    signal: AbortSignal,
  ) => { readonly reached: Promise<boolean>; readonly leave: () => void }
  readonly reached: (checkpoint: Position) => void
  readonly areNone: () => boolean
  readonly end: () => void
}

type Waiter = { readonly position: Position; readonly settle: (reached: boolean) => void }

export const createWaiters = (): Waiters => {
  const waiting = new Set<Waiter>()

  const join: Waiters['join'] = (position, signal) => {
    const { promise: reached, resolve } = Promise.withResolvers<boolean>()
    const settle = (isReached: boolean) => {
      waiting.delete(waiter)
      signal.removeEventListener('abort', leave)
      resolve(isReached)
    }
    const leave = () => settle(false)
    const waiter: Waiter = { position, settle }
    waiting.add(waiter)
    signal.addEventListener('abort', leave)
    if (signal.aborted) leave()
    return { reached, leave }
  }

  return {
    wait: (position, signal) => join(position, signal).reached,
    join,
    reached: (checkpoint) => {
      for (const waiter of waiting) if (waiter.position <= checkpoint) waiter.settle(true)
    },
    areNone: () => waiting.size === 0,
    end: () => {
      for (const waiter of waiting) waiter.settle(false)
    },
  }
}
