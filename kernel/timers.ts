import { setTimeout as delay } from 'node:timers/promises'

export type TimerOptions = {
  /** False: the process may end while this waits. Default true. */
  readonly ref?: boolean
}

export type SleepOptions = TimerOptions & { readonly signal?: AbortSignal }

/** A second cancel does nothing. */
export type Timer = { readonly cancel: () => void }

/** The only way to wait for a time. All times are milliseconds, at most 2^31 - 1. */
export type Timers = {
  readonly after: (ms: number, run: () => void, options?: TimerOptions) => Timer
  /** First after `ms`, then again and again. */
  readonly every: (ms: number, run: () => void, options?: TimerOptions) => Timer
  /** Once everything that is ready to run has run. */
  readonly soon: (run: () => void) => Timer
  /** Rejects with an `AbortError` when the signal aborts first. */
  readonly sleep: (ms: number, options?: SleepOptions) => Promise<void>
  /** A signal that aborts with a `TimeoutError`. Does not keep the process alive. */
  readonly timeout: (ms: number) => AbortSignal
}

export const systemTimers: Timers = {
  after: (ms, run, { ref = true } = {}) => {
    const timer = setTimeout(run, ms)
    if (!ref) timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
  every: (ms, run, { ref = true } = {}) => {
    const timer = setInterval(run, ms)
    if (!ref) timer.unref()
    return { cancel: () => clearInterval(timer) }
  },
  soon: (run) => {
    const immediate = setImmediate(run)
    return { cancel: () => clearImmediate(immediate) }
  },
  sleep: (ms, options = {}) => delay(ms, undefined, options),
  timeout: (ms) => AbortSignal.timeout(ms),
}
