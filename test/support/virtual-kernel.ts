import { createIdSource } from '../../kernel/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Log } from '../../kernel/log.ts'
import type { Timers } from '../../kernel/timers.ts'
import { noTracer } from '../../kernel/tracer.ts'
import { createSeededRandom } from './seeded-random.ts'
import { silentLog } from './silent-log.ts'

export type VirtualKernelOptions = {
  /** The same seed gives the same ids and chances. Default 1. */
  readonly seed?: number
  /** Milliseconds since 1970 at which the clock stands first. */
  readonly startMs?: number
  readonly log?: Log
}

export type VirtualKernel = Kernel & {
  /** When the next timer is due, in milliseconds since 1970. Null when none is set. */
  readonly nextDueMs: () => number | null
  /** Moves the clock on, running what falls due in order of time, then of setting, with all that follows from each. */
  readonly advance: (ms: number) => Promise<void>
  /** Moves to the next timer and runs it alone. False when none is set. */
  readonly runNext: () => Promise<boolean>
  /** Lets everything run that waits for no timer. */
  readonly settle: () => Promise<void>
}

/** A kernel whose time moves by hand alone, and whose chance comes from a seed. */
export const createVirtualKernel = (options: VirtualKernelOptions = {}): VirtualKernel => {
  const { seed = 1, startMs = Date.UTC(2030, 0, 1), log = silentLog } = options
  const random = createSeededRandom(seed)
  const pending = new Set<{ readonly dueMs: number; readonly order: number; readonly run: () => void }>()
  let nowMs = startMs
  let order = 0

  const after: Timers['after'] = (ms, run) => {
    order += 1
    const timer = { dueMs: nowMs + Math.max(0, ms), order, run }
    pending.add(timer)
    return { cancel: () => pending.delete(timer) }
  }
  const timers: Timers = {
    after,
    every: (ms, run) => {
      const beat = () => {
        timer = after(Math.max(1, ms), beat)
        run()
      }
      let timer = after(Math.max(1, ms), beat)
      return { cancel: () => timer.cancel() }
    },
    soon: (run) => after(0, run),
    sleep: async (ms, { signal } = {}) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const timer = after(ms, resolve)
      const abort = () => {
        timer.cancel()
        reject(new DOMException('The operation was aborted', 'AbortError'))
      }
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort, { once: true })
      try {
        await promise
      } finally {
        signal?.removeEventListener('abort', abort)
      }
    },
    timeout: (ms) => {
      const over = new AbortController()
      after(ms, () => over.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')))
      return over.signal
    },
  }

  const next = () => {
    let first: (typeof pending extends Set<infer T> ? T : never) | null = null
    for (const timer of pending) {
      if (first === null || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order))
        first = timer
    }
    return first
  }
  // A turn of the real loop empties the queue of microtasks, however long the chains of promises in it are.
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  const runNext = async (): Promise<boolean> => {
    const timer = next()
    if (timer === null) return false
    pending.delete(timer)
    nowMs = Math.max(nowMs, timer.dueMs)
    timer.run()
    await settle()
    return true
  }
  const clock = { now: () => Math.floor(nowMs), elapsedMs: () => nowMs - startMs }

  return {
    clock,
    random,
    ids: createIdSource(clock, random),
    timers,
    log,
    tracer: noTracer,
    nextDueMs: () => next()?.dueMs ?? null,
    runNext,
    settle,
    advance: async (ms) => {
      const untilMs = nowMs + ms
      await settle()
      for (let timer = next(); timer !== null && timer.dueMs <= untilMs; timer = next()) await runNext()
      nowMs = untilMs
    },
  }
}
