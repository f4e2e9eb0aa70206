import type { Kernel } from '../../kernel/kernel.ts'
import { describeError } from '../describe-error.ts'
import { EngineFault } from '../engines/engine.ts'
import type { ProcessId } from '../journal/nodes.ts'
import { judge, type Verdict } from './judge.ts'
import { feelPulse, type Pulse, stoodStill } from './pulse.ts'

/**
 * - `serves`; `crashed`: it has cut every session since the last look.
 * - `doubtful`: too soon to say anything.
 * - `ails`: it does not serve, or not everybody, and a restart would not help or is not due yet.
 *   `full`: not even the agent gets a connection, of those that nobody else can log in to.
 * - `useless`: it has served nobody for too long, and is to be ended and started again. `ending`: it was told to end, and does not.
 */
export type Look =
  | { readonly is: 'serves'; readonly crashed: boolean }
  | { readonly is: 'doubtful'; readonly full?: true }
  | { readonly is: 'ails'; readonly reason: string; readonly full?: true }
  | { readonly is: 'useless'; readonly reason: string; readonly ending: boolean }

export type UsabilityDeps = Pick<Kernel, 'clock' | 'timers'> & {
  readonly main: ProcessId
  /** Every process of the engine. */
  readonly processes: (signal: AbortSignal) => Promise<readonly ProcessId[]>
  /** Asks the engine; answers as `EngineDriver.checkHealth`. Throws when the signal aborts. */
  readonly ask: (signal: AbortSignal) => Promise<string>
  /** Makes sure, where that is called for, that an engine that answers can be reached by clients, too. */
  readonly verify: (signal: AbortSignal) => Promise<void>
  readonly isEnding: () => Promise<boolean>
  readonly timeoutMs: number
  readonly uselessAfterMs: number
  /** The same until it has served for the first time. */
  readonly patienceMs: number
}

export type UsabilityWatch = { look(signal: AbortSignal): Promise<Look> }

/** One missed answer on a busy host is no news. */
const looksUntilNews = 2
/** However long they took: the agent itself may have stood still. */
const looksUntilUseless = 3

type Trouble = { readonly verdict: Verdict | 'ending'; readonly sinceMs: number; readonly pulse: Pulse; looks: number }

/** Tells an engine that serves from one that lives and serves nobody, over many looks. */
export const createUsabilityWatch = (deps: UsabilityDeps): UsabilityWatch => {
  const { main, processes, ask, verify, isEnding, timeoutMs, uselessAfterMs, patienceMs, clock, timers } = deps
  let mark: string | null = null
  let hasCrashed = false
  let failures = 0
  let trouble: Trouble | null = null

  const follow = async (verdict: Trouble['verdict'], sinceMs: number, signal: AbortSignal): Promise<Trouble> => {
    if (trouble?.verdict !== verdict) {
      trouble = { verdict, sinceMs, pulse: feelPulse(clock, main, await processes(signal)), looks: 0 }
    }
    trouble.looks += 1
    return trouble
  }

  /** It answers the agent, so that no restart is due, whatever keeps clients from it. */
  const unverified = (error: unknown): Look => {
    failures += 1
    if (failures < looksUntilNews || judge(error) === 'full') return { is: 'doubtful' }
    return {
      is: 'ails',
      reason: error instanceof EngineFault ? describeError(error) : 'its endpoint does not answer in time',
    }
  }

  const explain = async (error: unknown, startedAtMs: number, signal: AbortSignal): Promise<Look> => {
    failures += 1
    const verdict = (await isEnding()) ? 'ending' : judge(error)
    const { sinceMs, pulse, looks } = await follow(verdict, startedAtMs, signal)
    const forMs = clock.elapsedMs() - sinceMs
    const isDue = forMs >= (mark === null ? patienceMs : uselessAfterMs) && looks >= looksUntilUseless
    const span = `for ${Math.round(forMs / 1000)} s`
    const words =
      error instanceof EngineFault ? describeError(error) : `it does not answer within ${timeoutMs / 1000} s`
    const ails: Look = failures < looksUntilNews ? { is: 'doubtful' } : { is: 'ails', reason: words }
    switch (verdict) {
      case 'full':
        return isDue
          ? { is: 'ails', reason: `every connection has been taken ${span}`, full: true }
          : { is: 'doubtful', full: true }
      case 'apart':
        return ails
      case 'ending':
        return isDue ? useless(`it was told to end, not by Coffer, and has refused every login ${span}`, true) : ails
      case 'broken':
        return isDue ? useless(`it has refused every login ${span}: ${words}`) : ails
      case 'waking':
      case 'silent': {
        const isStill = stoodStill(pulse, feelPulse(clock, main, await processes(signal)))
        if (isDue && isStill) return useless(`it has not served ${span}, and its processes stood still`)
        return ails.is === 'ails' && !isStill ? { is: 'ails', reason: `${words}, though its processes work` } : ails
      }
    }
  }

  return {
    look: async (signal) => {
      const startedAtMs = clock.elapsedMs()
      const bound = AbortSignal.any([signal, timers.timeout(timeoutMs)])
      let seen: string
      try {
        seen = await ask(bound)
      } catch (error) {
        signal.throwIfAborted()
        return explain(error, startedAtMs, signal)
      }
      trouble = null
      hasCrashed ||= mark !== null && seen !== mark
      mark = seen
      try {
        await verify(bound)
      } catch (error) {
        signal.throwIfAborted()
        return unverified(error)
      }
      const crashed = hasCrashed
      hasCrashed = false
      failures = 0
      return { is: 'serves', crashed }
    },
  }
}

const useless = (reason: string, ending = false): Look => ({ is: 'useless', reason, ending })
