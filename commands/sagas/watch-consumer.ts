import { type Clock, isoNow } from '../../kernel/clock.ts'
import type { FollowerError } from '../follower.ts'
import { isOutage } from '../outage.ts'
import { type ConsumeOptions, PoisonMessage } from '../ports/message-bus.ts'

/** How a consumer of the bus fares. Its position are the offsets of its group. */
export type ConsumerStatus = {
  readonly name: string
  readonly group: string
  /** Attempts in a row on the message that has stood still the longest; 0 when none does. */
  readonly failures: number
  /** For how long it has. */
  readonly seconds: number
  /** What its last attempt ended with. A message that was parked counts as handled. */
  readonly error: FollowerError | null
}

export type ConsumerWatch = {
  /** The same handler of messages. */
  readonly handle: ConsumeOptions['handle']
  readonly status: () => ConsumerStatus
}

type Failing = { readonly failures: number; readonly sinceMs: number; readonly error: FollowerError }
const notFailing = { failures: 0, seconds: 0, error: null }

export const watchConsumer = (
  { name, group, clock }: { readonly name: string; readonly group: string; readonly clock: Clock },
  handle: ConsumeOptions['handle'],
): ConsumerWatch => {
  /** By partition: in each, one message at a time is handled, and the others wait behind it. In the order in which they began to fail. */
  const failing = new Map<string, Failing>()

  const failed = (partition: string, cause: unknown): void => {
    const { failures, sinceMs } = failing.get(partition) ?? { failures: 0, sinceMs: clock.elapsedMs() }
    const message = cause instanceof Error ? cause.message : String(cause)
    const error = { kind: isOutage(cause) ? 'outage' : 'bug', message, at: isoNow(clock) } as const
    failing.set(partition, { failures: failures + 1, sinceMs, error })
  }

  return {
    handle: async (message, signal) => {
      const partition = `${message.topic}/${message.partition}`
      try {
        await handle(message, signal)
        failing.delete(partition)
      } catch (cause) {
        if (cause instanceof PoisonMessage) failing.delete(partition)
        else failed(partition, cause)
        throw cause
      }
    },
    status: () => {
      const [longest] = failing.values()
      if (!longest) return { name, group, ...notFailing }
      const { failures, sinceMs, error } = longest
      return { name, group, failures, seconds: (clock.elapsedMs() - sinceMs) / 1000, error }
    },
  }
}
