import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { backOffMs } from '../../kernel/back-off.ts'
import { type ConsumeOptions, type IncomingMessage, PoisonMessage } from '../ports/message-bus.ts'

/** A message with its place in its partition, which grows, as a number. */
export type PlacedMessage = IncomingMessage & { readonly position: number }

export type PartitionReader = {
  /** Takes no new message. Resolves when the one in hand is done; one that waits for its next attempt is given back. */
  stop(): Promise<void>
  /** The partition is not ours any more, or there is no time left: the handler's signal aborts, its result is not recorded. */
  abandon(): void
}

export type PartitionReaderDeps = {
  read(after: number): readonly PlacedMessage[]
  /** Resolves when there is something new, in the same turn as a read that found nothing, or when the signal aborts. */
  arrival(signal: AbortSignal): Promise<void>
  /** Resolves once it is certain that no other member handles this partition, or when the signal aborts. */
  confirmLease(signal: AbortSignal): Promise<void>
  handled(message: PlacedMessage): void
  /** Moves the message to the dead-letter topic and the offset behind it, durably. */
  park(message: PlacedMessage, attempts: number, error: unknown): Promise<void>
  /** Something went wrong that is tried again by itself. */
  onProblem(what: string, error: unknown): void
  readonly retryBaseMs: number
  readonly retryMaxMs: number
}

/** Hands the messages of one partition to the handler, one after the other, from behind `handled` on. */
export const startPartitionReader = (
  deps: PartitionReaderDeps,
  partition: { readonly topic: string; readonly number: number },
  handled: number,
  options: Pick<ConsumeOptions, 'handle' | 'maxAttempts'>,
): PartitionReader => {
  const stopping = new AbortController()
  const abandoned = new AbortController()
  const name = `${partition.topic}/${partition.number}`

  const backOff = async (attempt: number): Promise<void> => {
    const waitMs = backOffMs(attempt, { firstMs: deps.retryBaseMs, maxMs: deps.retryMaxMs })
    // An abort ends the wait early; the loop that called looks at the signal itself.
    await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
  }

  const run = async (): Promise<void> => {
    let position = handled
    let failures = 0
    while (!stopping.signal.aborted) {
      try {
        const page = deps.read(position)
        if (page.length === 0) await deps.arrival(stopping.signal)
        for (const message of page) {
          await deps.confirmLease(stopping.signal)
          if (stopping.signal.aborted || !(await deliver(message))) return
          position = message.position
        }
        failures = 0
      } catch (error) {
        deps.onProblem(`reading ${name} failed`, error)
        await backOff(++failures)
      }
      // Handlers that never really wait would otherwise keep everything else from running.
      await nextTurn()
    }
  }

  /** False: stopped before the message was done. */
  const deliver = async (message: PlacedMessage): Promise<boolean> => {
    for (let attempt = 1; ; attempt++) {
      try {
        await options.handle(message, abandoned.signal)
        if (abandoned.signal.aborted) return false
        deps.handled(message)
        return true
      } catch (error) {
        if (abandoned.signal.aborted) return false
        if (await park(message, attempt, error)) return true
      }
      await backOff(attempt)
      if (stopping.signal.aborted) return false
    }
  }

  const park = async (message: PlacedMessage, attempt: number, error: unknown): Promise<boolean> => {
    if (!(error instanceof PoisonMessage) && attempt < (options.maxAttempts ?? Number.POSITIVE_INFINITY)) {
      deps.onProblem(`message ${message.offset} of ${name} failed, attempt ${attempt}`, error)
      return false
    }
    try {
      await deps.park(message, attempt, error)
      return true
    } catch (parkError) {
      deps.onProblem(`message ${message.offset} of ${name} could not be moved to the dead letters`, parkError)
      return false
    }
  }

  const done = run()
  return {
    stop: () => {
      stopping.abort()
      return done
    },
    abandon: () => {
      stopping.abort()
      abandoned.abort()
    },
  }
}
