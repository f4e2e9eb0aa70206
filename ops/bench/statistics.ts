/** The middle one; of an even number of values the mean of the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number => percentile(values, 50)

/** By linear interpolation between the two nearest ranks (type 7 of Hyndman and Fan 1996). `percent`: 0 to 100. NaN of no values. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = Float64Array.from(values).sort()
  const rank = ((sorted.length - 1) * percent) / 100
  const below = sorted[Math.floor(rank)] ?? Number.NaN
  const above = sorted[Math.ceil(rank)] ?? Number.NaN
  return below + (above - below) * (rank - Math.floor(rank))
}
