import { EngineFault } from '../engines/engine.ts'

/**
 * What a failed look says of an engine whose process runs.
 * - `full`: clients have taken every connection. It lives, and serves those.
 * - `waking`: it says that it does not serve yet, as in recovery.
 * - `apart`: it refuses the agent, and nothing says that it refuses its clients, or it lacks something that a restart does not bring.
 * - `broken`: it refuses every login, for a reason of its own.
 * - `silent`: it does not answer.
 */
export type Verdict = 'full' | 'waking' | 'apart' | 'broken' | 'silent'

const verdicts: Readonly<Record<string, Verdict>> = {
  ENGINE_FULL: 'full',
  ENGINE_SLOTS_TAKEN: 'full',
  ENGINE_NOT_READY: 'waking',
  ENGINE_BROKEN: 'broken',
  ENGINE_UNREACHABLE: 'silent',
}

/** Anything that is not an answer of the engine is no answer. */
export const judge = (error: unknown): Verdict =>
  error instanceof EngineFault ? (verdicts[error.code] ?? 'apart') : 'silent'
