import type { Clock } from '../kernel/clock.ts'
import type { ReplayProgress } from './replay.ts'

/** How far a replay has come. */
export type ViewProgress = {
  /** What it makes. */
  readonly views: readonly string[]
  /** How many events it has read. */
  readonly events: number
  /** Of the log, by positions: from 0 to 1. */
  readonly part: number
  /** At the speed so far; null before that is known. */
  readonly secondsLeft: number | null
}

export type OnProgress = (progress: ViewProgress) => void

/** Tells `onProgress` what comes of a replay from the start of the log. */
export const createProgressMeter = (
  views: readonly string[],
  onProgress: OnProgress | undefined,
  { elapsedMs: now }: Pick<Clock, 'elapsedMs'>,
): ((progress: ReplayProgress) => void) => {
  const startedAt = now()
  return ({ events, position, end }) => {
    const part = Math.min(1, (position + 1) / (end + 1))
    const seconds = (now() - startedAt) / 1000
    onProgress?.({ views, events, part, secondsLeft: part > 0 ? (seconds * (1 - part)) / part : null })
  }
}
