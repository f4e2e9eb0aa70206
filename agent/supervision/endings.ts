import type { ProcessId } from '../journal/instances.ts'
import { isAlive } from './process-table.ts'
import { sendSignal, waitUntil } from './wait.ts'

export type Endings = {
  /** Sends the engine's main process, if it runs, this signal, and gives it so long to end. */
  ask(process: ProcessId | null, name: NodeJS.Signals, boundMs: number, signal: AbortSignal): Promise<void>
  /** Whether it was asked by this agent, and has not ended yet: engines take a moment to say so themselves. */
  wasAsked(process: ProcessId): boolean
}

const pollMs = 20

/** Ends main processes by asking them, and knows which it has asked, also where the wait for their end was broken off. */
export const createEndings = (): Endings => {
  const asked = new Map<ProcessId['pid'], ProcessId>()
  return {
    ask: async (process, name, boundMs, signal) => {
      if (!process || !isAlive(process)) return
      sendSignal([process], name)
      asked.set(process.pid, process)
      const bound = AbortSignal.any([signal, AbortSignal.timeout(boundMs)])
      if (await waitUntil(() => !isAlive(process), pollMs, bound)) asked.delete(process.pid)
      signal.throwIfAborted()
    },
    wasAsked: ({ pid, startedAtTicks }) => asked.get(pid)?.startedAtTicks === startedAtTicks,
  }
}
