import { setTimeout as delay } from 'node:timers/promises'
import { type BackOffBounds, backOffMs, spread } from '../domain/values/back-off.ts'

const defaults: BackOffBounds = { firstMs: 50, maxMs: 5000 }

/** Waits, longer after every failure in a row, with jitter so that many waiters do not come back together. */
export type Backoff = {
  readonly failures: () => number
  /** Ends early, without throwing, when the signal aborts. */
  readonly wait: (signal: AbortSignal) => Promise<void>
  readonly reset: () => void
}

export const createBackoff = (random: () => number, bounds: BackOffBounds = defaults): Backoff => {
  let failures = 0
  return {
    failures: () => failures,
    wait: async (signal) => {
      failures += 1
      await delay(spread(backOffMs(failures, bounds), random()), undefined, { signal, ref: false }).catch(() => {})
    },
    reset: () => {
      failures = 0
    },
  }
}
