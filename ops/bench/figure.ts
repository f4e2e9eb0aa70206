export type Unit = 's' | 'ms' | '/s' | '%' | 'MiB'

/** What a number must be. `of` says which: the figure itself or its ratio to the floor. */
export type Bar = {
  readonly of: 'value' | 'ratio'
  readonly bound: 'at least' | 'at most' | 'under'
  readonly limit: number
}

/**
 * One line of the table. `floor`: the same measure, in the same run, of what cannot be done without; null where there is no such
 * thing. `ratio`: of `value` to `floor`. Values are in `unit`.
 */
export type Figure = {
  readonly name: string
  readonly unit: Unit
  readonly value: number
  readonly floor: number | null
  readonly ratio: number | null
  readonly bars: readonly Bar[]
}

/** What a row has to tell: its figures, and how they were come by. */
export type Measured = { readonly figures: readonly Figure[]; readonly notes: readonly string[] }

/** Null for a figure that is told without a bar. */
export const isMet = ({ bars, value, ratio }: Figure): boolean | null =>
  bars.length === 0 ? null : bars.every((bar) => isWithin(bar, bar.of === 'value' ? value : ratio))

/** Names of the figures in which a number is none, as a median of nothing: what they are about was not seen. */
export const unmeasured = ({ figures }: Measured): readonly string[] =>
  figures
    .filter(({ value, floor, ratio }) => [value, floor ?? 0, ratio ?? 0].some((number) => !Number.isFinite(number)))
    .map(({ name }) => name)

const isWithin = ({ bound, limit }: Bar, number: number | null): boolean => {
  if (number === null || Number.isNaN(number)) return false
  if (bound === 'at least') return number >= limit
  return bound === 'at most' ? number <= limit : number < limit
}
