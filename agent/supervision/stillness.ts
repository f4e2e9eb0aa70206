import type { Clock } from '../../kernel/clock.ts'
import type { ProcessId } from '../journal/nodes.ts'
import { feelPulse, hasStirred, type Pulse } from './pulse.ts'

export type Stillness = {
  /** Whether the engine has done nothing at all for some seconds: looks again when it is time to. */
  lasts(): boolean
}

const lookIntervalMs = 500
/** By looks and not by time alone: the agent itself may have stood still. */
const looksUntilStill = 6

/**
 * Tells an engine that ends from one that waits in vain. PostgreSQL 17 and 18 that are told to end while they recover from the crash of a process
 * of theirs wait forever for their checkpointer, which nobody has told. One that writes a checkpoint runs, or waits for a disk.
 */
export const createStillness = (clock: Clock, main: ProcessId, processes: () => readonly ProcessId[]): Stillness => {
  let last: Pulse | null = null
  let looks = 0
  let nextLookAt = clock.elapsedMs() + lookIntervalMs
  return {
    lasts: () => {
      if (clock.elapsedMs() < nextLookAt) return looks >= looksUntilStill
      nextLookAt = clock.elapsedMs() + lookIntervalMs
      const pulse = feelPulse(clock, main, processes())
      looks = last === null || hasStirred(last, pulse) ? 0 : looks + 1
      last = pulse
      return looks >= looksUntilStill
    },
  }
}
