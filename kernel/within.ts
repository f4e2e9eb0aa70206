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
export const endedWithin = async (work: Promise<unknown>, signal: AbortSignal): Promise<void> => {
  const { promise: aborted, resolve: abort } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => abort(), { once: true })
  if (signal.aborted) abort()
  await Promise.race([work.then(noop, noop), aborted])
}

const noop = (): void => {}
