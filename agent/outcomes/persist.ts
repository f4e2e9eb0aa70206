import { backOffMs } from '../../kernel/back-off.ts'
import type { Timers } from '../../kernel/timers.ts'
import { EngineFault } from '../engines/engine.ts'

/** What an engine that lives, or is being started, says or shows while it cannot serve for the moment. */
const passing: ReadonlySet<string> = new Set([
  'ENGINE_FULL',
  'ENGINE_SLOTS_TAKEN',
  'ENGINE_NOT_READY',
  'ENGINE_UNREACHABLE',
])
const bounds = { firstMs: 50, maxMs: 1000 }

/** `mayCome`: whether an engine that does not answer is worth waiting for. */
export type Patience = {
  readonly timers: Timers
  readonly signal: AbortSignal
  readonly mayCome: () => boolean
}

/**
 * Does the work, which may be repeated, and tries again until the signal aborts while what fails it may pass: clients hold every slot, or the
 * engine starts. Throws the last such fault at the abort, or the signal's reason.
 */
export const persist = async <T>(work: () => Promise<T>, { timers, signal, mayCome }: Patience): Promise<T> => {
  let last: unknown = null
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted) throw last ?? error
      const passes = error instanceof EngineFault && passing.has(error.code)
      if (!passes || (error.code === 'ENGINE_UNREACHABLE' && !mayCome())) throw error
      last = error
    }
    await timers.sleep(backOffMs(attempt, bounds), { signal, ref: false }).catch(() => {
      throw last
    })
  }
}
