import type { WallClock } from '../../kernel/clock.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Timer } from '../../kernel/timers.ts'
import type { Journal } from './journal.ts'

const dayMs = 24 * 60 * 60 * 1000
/** How long answers are kept for repeats: far longer than any deadline or any bus's retention of commands. */
const retentionMs = 30 * dayMs

export type PruneDeps = Pick<Kernel, 'timers' | 'log'> & {
  readonly journal: Pick<Journal, 'prune'>
  readonly clock: WallClock
}

/**
 * Has the journal forget what is old, from when the time is known on: by a clock that is far ahead everything would be. What cannot be
 * forgotten, as on a full disk, is tried again the next day.
 */
export const pruneDaily = ({ journal, clock, timers, log }: PruneDeps, timeKnown: Promise<void>): { stop(): void } => {
  let timer: Timer | undefined
  let isStopped = false
  const prune = (): void => {
    try {
      journal.prune(new Date(clock.now() - retentionMs).toISOString())
    } catch (error) {
      log.warn({ err: error }, 'the journal could not forget what is old')
    }
  }
  const begin = (): void => {
    if (isStopped) return
    prune()
    timer = timers.every(dayMs, prune, { ref: false })
  }
  // Whoever asks for the time says why it cannot be had.
  timeKnown.then(begin, () => {})
  return {
    stop: () => {
      isStopped = true
      timer?.cancel()
    },
  }
}
