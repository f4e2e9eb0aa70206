import type { Bar, Figure, Unit } from './figure.ts'
import { median } from './statistics.ts'

type Run = () => Promise<number>

/** What two things came to in the same rounds: `values[i]` and `floors[i]` were measured one right after the other. */
export type Compared = { readonly values: readonly number[]; readonly floors: readonly number[] }

/**
 * Measures things in turns, each round another one first, so that what slows the machine down for a while slows all of them. Gives the values
 * of each, round by round.
 */
export const takeTurns = async (
  rounds: number,
  runs: readonly Run[],
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> => {
  const measured = runs.map((run) => ({ run, values: [] as number[] }))
  for (let round = 0; round < rounds; round += 1) {
    const first = round % runs.length
    for (const { run, values } of [...measured.slice(first), ...measured.slice(0, first)]) {
      signal.throwIfAborted()
      values.push(await run())
    }
  }
  return measured.map(({ values }) => values)
}

export const compare = async (
  rounds: number,
  { subject, floor, signal }: { readonly subject: Run; readonly floor: Run; readonly signal: AbortSignal },
): Promise<Compared> => {
  const [floors = [], values = []] = await takeTurns(rounds, [floor, subject], signal)
  return { values, floors }
}

/** Medians of all rounds; the ratio is the median of the rounds' own ratios, as neighbours in time are the fairest to compare. */
export const comparedFigure = (
  { name, unit, bars }: { readonly name: string; readonly unit: Unit; readonly bars: readonly Bar[] },
  { values, floors }: Compared,
): Figure => ({
  name,
  unit,
  value: median(values),
  floor: median(floors),
  ratio: median(values.map((value, round) => value / (floors[round] ?? Number.NaN))),
  bars,
})
