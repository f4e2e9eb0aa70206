import { onStopSignal } from '../../ops/lifecycle.ts'
import { quietKernel } from '../support/quiet-kernel.ts'
import { startStores, whyNoStores } from './stores.ts'

/**
 * The stores of a stack in a process of their own, for programs that run roles themselves, as `npm run bench` does. Writes one line of
 * JSON to standard output: `{ missing }`, which says what this machine lacks, or `{ environment }`, the variables of what it has started. Then it
 * runs until standard input ends, so also when whoever started it is gone.
 */
type Stop = { readonly name: string; readonly stop: () => Promise<unknown> }

const answer = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

const { promise: ended, resolve: end } = Promise.withResolvers<void>()
process.stdin.on('end', end).on('error', end).resume()
onStopSignal(process, { stop: () => end(), force: () => process.exit(130) }, quietKernel.clock)

const stops: Stop[] = []
try {
  const missing = await whyNoStores()
  if (missing !== null) answer({ missing })
  else {
    answer({ environment: await startStores(stops, () => {}) })
    await ended
  }
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`coffer: the stores could not be started: ${(error as Error).message}\n`)
}
for (const { name, stop } of stops.toReversed()) {
  await stop().catch((error: Error) =>
    process.stderr.write(`coffer: ${name} did not stop in order: ${error.message}\n`),
  )
}
process.exit()
