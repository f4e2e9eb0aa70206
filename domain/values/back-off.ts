export type BackOffBounds = { readonly firstMs: number; readonly maxMs: number }

/** How long to wait after so many failures in a row: `firstMs` after the first, twice as long after each, up to `maxMs`. */
export const backOffMs = (failures: number, { firstMs, maxMs }: BackOffBounds): number =>
  failures === 0 ? 0 : Math.min(maxMs, firstMs * 2 ** (failures - 1))

/** Somewhere in the upper half of a wait, so that many who wait do not come back together. `chance`: from 0 to 1. */
export const spread = (waitMs: number, chance: number): number => (waitMs * (1 + chance)) / 2
