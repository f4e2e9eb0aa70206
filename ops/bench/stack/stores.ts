import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { programDir } from '../../program-info.ts'
import { NotHere } from '../row.ts'

export type StackStores = {
  /** The variables of all stores: those of this process' environment, and of those that were started. */
  readonly environment: Readonly<Record<string, string>>
  /** Which event store it is, for whoever reads a figure. */
  readonly eventStore: string
  readonly stop: () => Promise<void>
}

type Answer = { readonly missing: string } | { readonly environment: Readonly<Record<string, string>> }

/** The stores of `npm run stack`, in a process of their own: their work is none of what measures it. */
const program = join(programDir, 'test', 'stack', 'stores-process.ts')
/** The first time, Kafka is fetched. */
const startTimeoutMs = 420_000
const storeVariables = /^COFFER_(EVENTSTORE|KAFKA|REDIS)_/

/** Starts those whose variables are not set in `given`. Throws `NotHere` where this machine lacks what they need. */
export const startStores = async (given: NodeJS.ProcessEnv, signal: AbortSignal): Promise<StackStores> => {
  // Out of reach of the terminal's Ctrl-C, which would stop the stores before those who use them. They stop when their standard input ends.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    env: given,
  })
  const ended = once(child, 'exit').then(() => null)
  const stop = async (): Promise<void> => {
    child.stdin.end()
    await ended
  }
  const first = once(createInterface(child.stdout), 'line').then(([line]) => JSON.parse(line) as Answer)
  const late = delay(startTimeoutMs, null, { ref: false, signal }).catch(() => null)
  const answer = await Promise.race([first, ended, late])
  if (answer !== null && 'environment' in answer) {
    const used = Object.entries(given).flatMap(([name, value]) =>
      value && storeVariables.test(name) ? [[name, value]] : [],
    )
    return {
      environment: { ...Object.fromEntries(used), ...answer.environment },
      eventStore: given.COFFER_EVENTSTORE_URL
        ? 'the event store of COFFER_EVENTSTORE_URL'
        : 'the stand-in of the tests as event store, not KurrentDB',
      stop,
    }
  }
  await stop()
  signal.throwIfAborted()
  throw answer === null ? new Error('the stores of the stack did not start') : new NotHere(answer.missing)
}
