import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'

/** `npm run simulate -- --seed N | --seeds A..B`: prints the history of every seed that fails. Exit code 1 when one does. */
const { values } = parseArgs({
  options: { seed: { type: 'string' }, seeds: { type: 'string' }, verbose: { type: 'boolean' } },
})
const [first, last] = values.seeds?.split('..').map(Number) ?? [Number(values.seed ?? 1), Number(values.seed ?? 1)]
const beganAt = performance.now()
let failed = 0
for (let seed = first ?? 1; seed <= (last ?? first ?? 1); seed += 1) {
  const { failure, history, events } = await simulate(seed)
  if (failure || values.verbose) process.stdout.write(`${history.join('\n')}\n`)
  process.stdout.write(`seed ${seed}: ${failure ? `FAILED: ${failure.message}` : 'held'} (${events} events)\n`)
  if (failure) failed += 1
}
process.stdout.write(`${failed} failed, ${((performance.now() - beganAt) / 1000).toFixed(1)} s\n`)
process.exitCode = failed > 0 ? 1 : 0
