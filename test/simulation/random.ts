import type { Random as KernelRandom } from '../../kernel/random.ts'
import { createSeededRandom } from '../support/seeded-random.ts'

/** Chance from one seed: the same seed gives the same run. */
export type Random = KernelRandom & {
  readonly below: (bound: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(values: readonly T[]) => T
}

export const createRandom = (seed: number): Random => {
  const random = createSeededRandom(seed)
  const below = (bound: number): number => Math.floor(random.next() * bound)
  return {
    ...random,
    below,
    chance: (probability) => random.next() < probability,
    pick: (values) => {
      const value = values[below(values.length)]
      if (value === undefined) throw new Error('there is nothing to pick from')
      return value
    },
  }
}
