import type { MessageBus } from '../commands/ports/message-bus.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'

export type BusClockDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & { readonly bus: Pick<MessageBus, 'now'> }

export type BusClock = Clock & {
  /** Asks the bus for the time, and from then on again by itself. Throws what the bus throws. */
  ask(): Promise<void>
  stop(): void
}

/** Between two looks the monotonic clock of the host counts, which hardly drifts and is set by nobody. */
const everyMs = 300_000
const retryMs = 10_000
/** What is not worth a word. */
const tolerableMs = 30_000

/**
 * The time as the bus has it, which is that of whoever sets deadlines: a host whose own clock is wrong would refuse every command as late, or
 * begin what nobody waits for any more, and issue certificates that are not valid yet. The host's own clock is `clock`: it is used where
 * the bus has none, and until it could be asked.
 */
export const openBusClock = ({ bus, clock, timers, log }: BusClockDeps): BusClock => {
  const stopping = new AbortController()
  const { signal } = stopping
  let now = clock.now
  let looking = false

  const look = async (): Promise<void> => {
    const busMs = await bus.now()
    if (busMs === null) return
    const zeroMs = busMs - clock.elapsedMs()
    const offMs = Math.round(clock.now() - busMs)
    if (Math.abs(offMs) > tolerableMs) log.warn({ offMs }, 'the clock of this host is wrong: that of the bus is used')
    now = () => Math.round(zeroMs + clock.elapsedMs())
  }

  const lookAgain = async (): Promise<void> => {
    for (let inMs = everyMs; ; ) {
      await timers.sleep(inMs, { signal, ref: false }).catch(() => {})
      if (signal.aborted) return
      try {
        await look()
        inMs = everyMs
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, 'the bus could not be asked for the time')
        inMs = retryMs
      }
    }
  }

  return {
    now: () => now(),
    elapsedMs: clock.elapsedMs,
    ask: async () => {
      await look()
      if (looking || signal.aborted) return
      looking = true
      void lookAgain()
    },
    stop: () => stopping.abort(),
  }
}
