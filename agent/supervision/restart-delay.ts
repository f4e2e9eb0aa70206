import { backOffMs } from '../../kernel/back-off.ts'

const bounds = { firstMs: 1000, maxMs: 30_000 }
/** An engine that ran this long before it ended is not one that fails again and again. */
const calmMs = 60_000

export type RestartDelay = { next(nowMs: number): number }

/** How long to wait before a restart: not at all the first time, then 1, 2, 4 ... 30 seconds while restarts follow one another closely. */
export const createRestartDelay = (): RestartDelay => {
  let attempts = 0
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    next: (nowMs) => {
      if (nowMs - lastMs > calmMs) attempts = 0
      const waitMs = backOffMs(attempts, bounds)
      attempts += 1
      lastMs = nowMs + waitMs
      return waitMs
    },
  }
}
