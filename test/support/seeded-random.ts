import type { Random } from '../../kernel/random.ts'

/** mulberry32, by Tommy Ettinger (public domain): 32 bits of state, good enough to shuffle and to draw ids for a test. */
export const createSeededRandom = (seed: number): Random => {
  let state = seed >>> 0
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    next: () => draw() / 2 ** 32,
    bytes: (count) => Uint8Array.from({ length: count }, () => draw() & 0xff),
  }
}
