import { setTimeout as delay } from 'node:timers/promises'
import { type BackOffBounds, backOffMs } from '../domain/values/back-off.ts'

/** Waits between attempts of something that is tried for ever: twice as long after every failure in a row, up to a bound. */
export type BackOff = {
  /** Failures in a row. */
  readonly failures: () => number
  /** Resolves early, without throwing, when the signal aborts. */
  readonly wait: (signal: AbortSignal) => Promise<void>
  readonly reset: () => void
}

export const createBackOff = (bounds: BackOffBounds): BackOff => {
  let failures = 0
  return {
    failures: () => failures,
    wait: async (signal) => {
      failures += 1
      await delay(backOffMs(failures, bounds), undefined, { signal }).catch(() => {})
    },
    reset: () => {
      failures = 0
    },
  }
}
