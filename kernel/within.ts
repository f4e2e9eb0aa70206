import { aborted } from './aborted.ts'
import type { Timers } from './timers.ts'

/** Returns the answer, or throws an error that says how long it waited. The work itself is not stopped. */
export const within = async <T>(
  timers: Pick<Timers, 'after'>,
  timeoutMs: number,
  ask: () => Promise<T>,
): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const timer = timers.after(timeoutMs, () => late.reject(new Error(`no answer within ${timeoutMs} ms`)))
  try {
    return await Promise.race([ask(), late.promise])
  } finally {
    timer.cancel()
  }
}

/** Waits until the work has ended, well or not, or the signal aborts. The work itself is not stopped. */
export const endedWithin = (work: Promise<unknown>, signal: AbortSignal): Promise<void> =>
  Promise.race([work.then(noop, noop), aborted(signal)])

/** What the work comes to, or the signal's reason if that aborts first. The work itself is not stopped. */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  await endedWithin(work, signal)
  signal.throwIfAborted()
  return work
}

const noop = (): void => {}
