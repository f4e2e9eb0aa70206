import type { Kernel } from '../../kernel/kernel.ts'
import type { ProcessId } from '../journal/nodes.ts'
import { isAlive } from './process-table.ts'
import { createStillness } from './stillness.ts'
import { sendSignal, waitUntil } from './wait.ts'

/** `processes`: all of the engine, the main one included. */
export type Asked = { readonly main: ProcessId; readonly processes: () => readonly ProcessId[] }

export type Endings = {
  /**
   * Sends the engine's main process this signal, if it runs. Returns when it has ended, after `boundMs`, or as soon as the engine stands still:
   * then it will not end of itself.
   */
  ask(asked: Asked, name: NodeJS.Signals, boundMs: number, signal: AbortSignal): Promise<void>
  /** Whether it was asked by this agent, and has not ended yet: engines take a moment to say so themselves. */
  wasAsked(process: ProcessId): boolean
}

const pollMs = 20

/** Ends main processes by asking them, and knows which it has asked, also where the wait for their end was broken off. */
export const createEndings = ({ clock, timers }: Pick<Kernel, 'clock' | 'timers'>): Endings => {
  const asked = new Map<ProcessId['pid'], ProcessId>()
  return {
    ask: async ({ main, processes }, name, boundMs, signal) => {
      if (!isAlive(main)) return
      sendSignal([main], name)
      asked.set(main.pid, main)
      const bound = AbortSignal.any([signal, timers.timeout(boundMs)])
      const stillness = createStillness(clock, main, processes)
      await waitUntil(timers, () => !isAlive(main) || stillness.lasts(), pollMs, bound)
      if (!isAlive(main)) asked.delete(main.pid)
      signal.throwIfAborted()
    },
    wasAsked: ({ pid, startedAtTicks }) => asked.get(pid)?.startedAtTicks === startedAtTicks,
  }
}
