import type { Timers } from '../../kernel/timers.ts'
import type { ProcessId } from '../journal/nodes.ts'
import { isAlive } from './process-table.ts'

const killRetryMs = 10

/** Looks every `intervalMs` until the condition holds (true) or the signal aborts (false). */
export const waitUntil = async (
  timers: Timers,
  condition: () => boolean | Promise<boolean>,
  intervalMs: number,
  signal: AbortSignal,
): Promise<boolean> => {
  while (!signal.aborted) {
    if (await condition()) return true
    await timers.sleep(intervalMs, { signal }).catch(() => {})
  }
  return condition()
}

/** Sends the signal to each process that is still the one meant. */
export const sendSignal = (processes: readonly ProcessId[], signal: NodeJS.Signals): void => {
  for (const target of processes) {
    if (!isAlive(target)) continue
    try {
      process.kill(target.pid, signal)
    } catch (error) {
      // It ended between the look and the signal.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Kills what `find` finds until it finds nothing. False when the signal aborts first. */
export const killAll = (timers: Timers, find: () => readonly ProcessId[], signal: AbortSignal): Promise<boolean> =>
  waitUntil(
    timers,
    () => {
      const left = find()
      sendSignal(left, 'SIGKILL')
      return left.length === 0
    },
    killRetryMs,
    signal,
  )
