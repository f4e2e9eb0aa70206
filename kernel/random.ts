import { randomFillSync } from 'node:crypto'

/** Chance that need not be secret. Keys and passwords are drawn from `node:crypto`. */
export type Random = {
  /** From 0 up to, not including, 1. */
  readonly next: () => number
  /** Valid until the next call. */
  readonly bytes: (count: number) => Uint8Array
}

const poolBytes = 4096

/** Draws for many calls at once: asking the system costs more than all the rest of an id. `count` is at most 4,096. */
export const createSystemRandom = (): Random => {
  const drawn = Buffer.alloc(poolBytes)
  let used = drawn.length
  return {
    next: () => Math.random(),
    bytes: (count) => {
      if (used + count > drawn.length) {
        randomFillSync(drawn)
        used = 0
      }
      used += count
      return drawn.subarray(used - count, used)
    },
  }
}

export const systemRandom: Random = createSystemRandom()
