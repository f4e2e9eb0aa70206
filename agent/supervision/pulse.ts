import type { Clock } from '../../kernel/clock.ts'
import type { ProcessId } from '../journal/nodes.ts'
import { readTimes } from './process-table.ts'

/** How an engine's processes were at one moment. `usedTicks`: processor time of them all, those that have ended included. */
export type Pulse = {
  readonly atMs: number
  /** How often the main process was given a processor. */
  readonly switches: number
  /** The same of them all. */
  readonly allSwitches: number
  /** Some process runs, waits for a processor, or for a disk. */
  readonly busy: boolean
  /** The main process is held by a signal or a debugger. */
  readonly held: boolean
  readonly usedTicks: number
}

/** As of `getconf CLK_TCK`, which is 100 on every Linux that Node runs on. */
const ticksPerMs = 0.1
/** Less than that of one processor is not work: a login alone takes more. */
const idleShare = 0.02

export const feelPulse = (clock: Clock, main: ProcessId, processes: readonly ProcessId[]): Pulse => {
  const others = processes.filter(({ pid }) => pid !== main.pid)
  const times = [main, ...others].flatMap(({ pid }) => readTimes(pid) ?? [])
  const own = times[0]
  return {
    atMs: clock.elapsedMs(),
    switches: own?.switches ?? 0,
    allSwitches: times.reduce((sum, { switches }) => sum + switches, 0),
    busy: times.some(({ state }) => state === 'R' || state === 'D'),
    held: own?.state === 'T' || own?.state === 't',
    usedTicks: times.reduce((sum, { ticks }) => sum + ticks, 0) + (own?.reapedTicks ?? 0),
  }
}

/**
 * Whether an engine that was asked all the while did nothing about it: its main process did not run once, though nothing kept it from a
 * processor, or all its processes together were idle. One that is overloaded works; one whose disk hangs waits for it.
 */
export const stoodStill = (before: Pulse, after: Pulse): boolean => {
  if (after.held) return true
  if (before.busy || after.busy) return false
  if (after.switches === before.switches) return true
  const used = after.usedTicks - before.usedTicks
  return used < (after.atMs - before.atMs) * ticksPerMs * idleShare
}

/** Whether any of its processes ran at all, wanted to, or ended. */
export const hasStirred = (before: Pulse, after: Pulse): boolean =>
  !after.held && (before.busy || after.busy || after.allSwitches !== before.allSwitches)
