import type { Random } from './random.ts'
import type { Timers } from './timers.ts'

export type BackOffBounds = { readonly firstMs: number; readonly maxMs: number }

/** How long to wait after so many failures in a row: `firstMs` after the first, twice as long after each, up to `maxMs`. */
export const backOffMs = (failures: number, { firstMs, maxMs }: BackOffBounds): number =>
  failures === 0 ? 0 : Math.min(maxMs, firstMs * 2 ** (failures - 1))

/** Somewhere in the upper half of a wait, so that many who wait do not come back together. `chance`: from 0 to 1. */
export const spread = (waitMs: number, chance: number): number => (waitMs * (1 + chance)) / 2

/** Waits, longer after every failure in a row, with jitter so that many waiters do not come back together. */
export type BackOff = {
  /** Failures in a row. */
  readonly failures: () => number
  /** Ends early, without throwing, when the signal aborts. */
  readonly wait: (signal: AbortSignal) => Promise<void>
  readonly reset: () => void
}

export type BackOffDeps = { readonly random: Pick<Random, 'next'>; readonly timers: Pick<Timers, 'sleep'> }

export const createBackOff = ({ random, timers }: BackOffDeps, bounds: BackOffBounds): BackOff => {
  let failures = 0
  return {
    failures: () => failures,
    wait: async (signal) => {
      failures += 1
      const waitMs = spread(backOffMs(failures, bounds), random.next())
      await timers.sleep(waitMs, { signal, ref: false }).catch(() => {})
    },
    reset: () => {
      failures = 0
    },
  }
}
