import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type { Random } from './random.ts'

/** One life of a process: from its start to its end or its crash. What it waits for after that never comes. */
export type Life = {
  readonly name: string
  isOver: boolean
  /** Until then it does nothing, as a process that is stopped or starved: what falls due meanwhile is done at once afterwards. */
  pausedUntil?: number
}

export type VirtualTime = {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Everything begun in there belongs to the life: its timers end with it. */
  readonly within: <T>(life: Life, work: () => T) => T
  readonly sleep: (ms: number) => Promise<void>
  /** What is begun in there belongs to no life, whoever begins it. */
  readonly outside: <T>(work: () => T) => T
  /** Runs everything that is due until then. `afterStep` is called whenever all is at rest. */
  readonly runUntil: (time: number, afterStep: () => void) => Promise<void>
  /** Puts the real timers back. */
  readonly uninstall: () => void
}

type Timer = { readonly at: number; readonly order: number; readonly life: Life | undefined; readonly fire: () => void }

const startMs = Date.UTC(2030, 0, 1)
const real = { setImmediate: globalThis.setImmediate }
const timersPromises = createRequire(import.meta.url)('node:timers/promises') as {
  setTimeout: (ms?: number, value?: unknown, options?: { signal?: AbortSignal }) => Promise<unknown>
}

/** Time moves only when nothing is left to do at this moment. Replaces the timers, clocks and chance of the whole process until `uninstall`. */
export const installVirtualTime = (random: Random): VirtualTime => {
  const lives = new AsyncLocalStorage<Life>()
  const queue = new Map<number, Timer>()
  let nowMs = startMs
  let lastId = 0

  const schedule = (ms: number, run: () => void): number => {
    const id = ++lastId
    const life = lives.getStore()
    const delayMs = Number.isFinite(ms) ? Math.max(0, Math.floor(ms)) : 0
    const fire = life ? () => lives.run(life, run) : run
    queue.set(id, { at: nowMs + delayMs, order: id, life, fire })
    return id
  }
  const handleOf = (id: number) => {
    const handle = { id, ref: () => handle, unref: () => handle, hasRef: () => true, [Symbol.toPrimitive]: () => id }
    return handle
  }
  const clear = (handle: unknown): void => {
    const id = typeof handle === 'object' && handle !== null && 'id' in handle ? handle.id : handle
    if (typeof id === 'number') queue.delete(id)
  }
  const setInterval = (run: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) => {
    const handle = { ...handleOf(0), id: 0 }
    const again = (): void => {
      handle.id = schedule(Math.max(1, ms), () => {
        again()
        run(...args)
      })
    }
    again()
    return Object.assign(handle, { ref: () => handle, unref: () => handle })
  }
  const sleepFor = (ms = 1, value?: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const abortError = () =>
        Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' })
      if (signal?.aborted) return reject(abortError())
      const onAbort = (): void => {
        queue.delete(id)
        reject(abortError())
      }
      const id = schedule(ms, () => {
        signal?.removeEventListener('abort', onAbort)
        resolve(value)
      })
      signal?.addEventListener('abort', onAbort, { once: true })
    })

  const saved = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    dateNow: Date.now,
    performanceNow: performance.now,
    mathRandom: Math.random,
    abortTimeout: AbortSignal.timeout,
    promised: timersPromises.setTimeout,
  }
  const install = (globals: Record<string, unknown>): void => {
    Object.assign(globalThis, globals)
  }
  install({
    setTimeout: (run: (...args: unknown[]) => void, ms = 1, ...args: unknown[]) =>
      handleOf(schedule(ms, () => run(...args))),
    clearTimeout: clear,
    setInterval,
    clearInterval: clear,
  })
  Date.now = () => nowMs
  performance.now = () => nowMs - startMs
  Math.random = random.next
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController()
    schedule(ms, () => controller.abort(new DOMException('The operation timed out', 'TimeoutError')))
    return controller.signal
  }
  timersPromises.setTimeout = sleepFor
  syncBuiltinESMExports()

  /** Promises alone carry the work between two timers, so a turn of the real loop ends it. */
  const settle = (): Promise<void> => new Promise((resolve) => real.setImmediate(resolve))

  const nextTimer = (): [number, Timer] | null => {
    let found: [number, Timer] | null = null
    for (const entry of queue) {
      if (entry[1].life?.isOver) queue.delete(entry[0])
      else if (found === null || entry[1].at < found[1].at) found = entry
    }
    return found
  }

  return {
    now: () => nowMs,
    within: (life, work) => lives.run(life, work),
    outside: (work) => lives.exit(work),
    sleep: async (ms) => {
      await sleepFor(ms)
    },
    runUntil: async (time, afterStep) => {
      for (;;) {
        await settle()
        afterStep()
        const next = nextTimer()
        if (next === null || next[1].at > time) break
        const [id, timer] = next
        queue.delete(id)
        const pausedUntil = timer.life?.pausedUntil ?? 0
        if (pausedUntil > timer.at) {
          queue.set(id, { ...timer, at: pausedUntil })
          continue
        }
        nowMs = Math.max(nowMs, timer.at)
        timer.fire()
      }
      nowMs = Math.max(nowMs, time)
    },
    uninstall: () => {
      install({
        setTimeout: saved.setTimeout,
        clearTimeout: saved.clearTimeout,
        setInterval: saved.setInterval,
        clearInterval: saved.clearInterval,
      })
      Date.now = saved.dateNow
      performance.now = saved.performanceNow
      Math.random = saved.mathRandom
      AbortSignal.timeout = saved.abortTimeout
      timersPromises.setTimeout = saved.promised
      syncBuiltinESMExports()
    },
  }
}
