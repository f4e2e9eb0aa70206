import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Measured } from './figure.ts'
import type { RowName } from './rows.ts'

export type RowOrder = { readonly row: RowName; readonly quick: boolean; readonly directory: string }
/** `skipped`: this machine lacks what the row needs. `failed`: it could not be measured for any other reason. */
export type RowAnswer =
  | { readonly outcome: 'measured'; readonly measured: Measured }
  | { readonly outcome: 'skipped' | 'failed'; readonly reason: string }

const program = join(import.meta.dirname, 'run-row.ts')
/** So that no run pays for the garbage of the one before it. */
const collectGarbageOnDemand = '--expose-gc'

/**
 * Measures a row in a process of its own: neither what the rows before it left in memory nor what the compiler learnt from them is
 * part of the figure. Flags this process was started with (`--cpu-prof`) hold for it too. Ends it when the signal aborts.
 */
export const measureInProcess = (order: RowOrder, signal: AbortSignal): Promise<RowAnswer> =>
  new Promise((resolve) => {
    const child = fork(program, {
      execArgv: [...process.execArgv, collectGarbageOnDemand],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    let answer: RowAnswer | null = null
    const stop = (): void => {
      child.kill('SIGTERM')
    }
    signal.addEventListener('abort', stop, { once: true })
    child.once('message', (message) => {
      // Only `run-row.ts` is at the other end.
      answer = message as RowAnswer
    })
    child.once('error', (error) => resolve({ outcome: 'failed', reason: error.message }))
    child.once('exit', (code, killedBy) => {
      signal.removeEventListener('abort', stop)
      resolve(
        answer ?? {
          outcome: 'failed',
          reason: `its process ended without an answer (${killedBy ?? `exit code ${code}`})`,
        },
      )
    })
    child.send(order)
  })
