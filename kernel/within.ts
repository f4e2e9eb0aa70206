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

/**
 * Gives the work a signal that aborts with those of `ends`, or with a `TimeoutError` after `timeoutMs`, and with nothing once the work has ended.
 * Unlike `timers.timeout`, it leaves no timer behind where the work takes a part of that time.
 */
export const bounded = async <T>(
  timers: Pick<Timers, 'after'>,
  { timeoutMs, ends }: { readonly timeoutMs: number; readonly ends: readonly AbortSignal[] },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const controller = new AbortController()
  const end = (): void => controller.abort(ends.find(({ aborted: isAborted }) => isAborted)?.reason)
  const late = (): void => controller.abort(new DOMException(`not done within ${timeoutMs} ms`, 'TimeoutError'))
  const timer = timers.after(timeoutMs, late, { ref: false })
  for (const signal of ends) {
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  }
  try {
    return await work(controller.signal)
  } finally {
    timer.cancel()
    for (const signal of ends) signal.removeEventListener('abort', end)
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
