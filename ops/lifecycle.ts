import type { Clock } from '../kernel/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Timers } from '../kernel/timers.ts'

/** One part of the program on its way down. The signal aborts when its time is up: then it ends as it is. */
export type StopStage = { readonly name: string; readonly stop: (signal: AbortSignal) => Promise<void> }

/**
 * Stops one stage after the other within `timeoutMs` in all. A stage that fails or takes what is left of the time does not keep the next
 * ones from their turn: each still gets a moment.
 */
export const stopInOrder = async (
  stages: readonly StopStage[],
  timeoutMs: number,
  { clock, timers, log }: Pick<Kernel, 'clock' | 'timers' | 'log'>,
): Promise<void> => {
  const startedAt = clock.elapsedMs()
  for (const { name, stop } of stages) {
    const left = Math.max(lastMomentMs, timeoutMs - (clock.elapsedMs() - startedAt))
    try {
      await bounded(timers, stop, left)
    } catch (error) {
      log.warn({ err: error, stage: name }, 'did not stop in order')
    }
  }
}

const lastMomentMs = 1000

const bounded = async (timers: Pick<Timers, 'after'>, stop: StopStage['stop'], timeoutMs: number): Promise<void> => {
  const expired = Promise.withResolvers<never>()
  const controller = new AbortController()
  const timer = timers.after(timeoutMs, () => {
    controller.abort()
    expired.reject(new Error(`still not stopped after ${Math.round(timeoutMs)} ms`))
  })
  try {
    await Promise.race([stop(controller.signal), expired.promise])
  } finally {
    timer.cancel()
  }
}

/** The part of `process` that signals come through. */
export type SignalSource = {
  readonly on: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: (signal: NodeJS.Signals) => void) => unknown
}

/**
 * npm hands on the Ctrl-C that the terminal has sent to us already, so what people press once arrives two or three times. Only
 * what comes this much later is a second wish.
 */
const sameWishMs = 500

/** Calls `stop` at the first signal, and `force` at a second one from somebody who will not wait. */
export const onStopSignal = (
  source: SignalSource,
  { stop, force }: { readonly stop: (signal: NodeJS.Signals) => void; readonly force: () => void },
  clock: Pick<Clock, 'elapsedMs'>,
): void => {
  let firstAt: number | null = null
  const take = (signal: NodeJS.Signals): void => {
    if (firstAt === null) {
      firstAt = clock.elapsedMs()
      stop(signal)
    } else if (clock.elapsedMs() - firstAt > sameWishMs) {
      force()
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) source.on(signal, take)
}
