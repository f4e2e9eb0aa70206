import { setTimeout as delay } from 'node:timers/promises'
import type { Environment, ServerProcess } from '../../support/server-process.ts'
import { waitFor } from '../../support/wait-for.ts'

/** A process of one role that is started anew whenever it ends, as the systemd unit says. */
export type SupervisedRole = {
  /** Empty for roles without an API. */
  readonly url: string
  /** As `kill -9` does. Resolves when the process is gone; `revived` when the next one is ready. */
  readonly kill: () => Promise<void>
  readonly revived: () => Promise<void>
  /** Has it stop in order, and start with this in its environment besides. Resolves when the next one is ready. */
  readonly restartWith: (env: Environment) => Promise<void>
  /** The last lines of warnings and errors that its processes have written. */
  readonly warnings: () => readonly string[]
  /** No further process is started. */
  readonly abandon: () => Promise<void>
}

export type StartRole = (env: Environment) => Promise<ServerProcess>

/** RestartSec of the unit. */
const restartDelayMs = 1000
const revivalMs = 120_000
const shownLines = 60

/** Resolves when the first process is ready; throws when that one does not start. */
export const superviseRole = async (start: StartRole): Promise<SupervisedRole> => {
  const ending = new AbortController()
  const { signal } = ending
  const outputs: (() => string)[] = []
  let env: Environment = {}
  let current: ServerProcess | null = null

  const startOnce = async (): Promise<void> => {
    const started = await start(env)
    outputs.push(started.output)
    current = started
  }

  const supervise = async (): Promise<void> => {
    while (!signal.aborted) {
      await current?.ended
      current = null
      await delay(restartDelayMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      // One that does not come up has told why: the next one may find what it needs.
      await startOnce().catch((error: Error) => outputs.push(() => `${error.message}\n`))
    }
  }

  const end = async (how: (process: ServerProcess) => Promise<unknown>): Promise<void> => {
    const ended = current
    if (!ended) return
    await how(ended)
    await waitFor('the supervisor to hear of it', () => current !== ended)
  }
  const revived = async (): Promise<void> => {
    await waitFor('the next process to be ready', () => current !== null, revivalMs)
  }

  await startOnce()
  const { url = '' } = (current as ServerProcess | null) ?? {}
  const supervising = supervise()
  return {
    url,
    kill: () => end((process) => process.kill()),
    revived,
    restartWith: async (next) => {
      env = next
      await end((process) => process.stop('SIGTERM'))
      await revived()
    },
    warnings: () =>
      outputs
        .flatMap((output) => output().split('\n'))
        .filter((line) => !/^$|^\{"level":"(trace|debug|info)"/.test(line))
        .slice(-shownLines),
    abandon: async () => {
      ending.abort()
      await current?.kill()
      await supervising
    },
  }
}
