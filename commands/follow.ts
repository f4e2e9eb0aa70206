import { createBackoff } from './backoff.ts'
import type { Log } from './log.ts'
import type { EventStore, Position, SubscriptionBatch } from './ports/event-store.ts'

export type FollowOptions = {
  readonly eventStore: EventStore
  readonly log: Log
  /** Says who follows, for the log. */
  readonly name: string
  /** Asked anew at every (re)subscription: where to go on. */
  readonly after: () => Promise<Position>
  readonly categories: readonly string[]
  readonly signal: AbortSignal
  /** Handles one batch. When it throws, the subscription is dropped and taken up again from `after`, with back-off. */
  readonly onBatch: (batch: SubscriptionBatch) => Promise<void> | void
}

/** Follows the log until the signal aborts, through every drop. Never rejects. */
export const follow = async ({ eventStore, log, name, after, categories, signal, onBatch }: FollowOptions) => {
  const backoff = createBackoff(Math.random)
  while (!signal.aborted) {
    try {
      const from = await after()
      for await (const batch of eventStore.subscribe({ after: from, categories, signal })) {
        await onBatch(batch)
        backoff.reset()
      }
    } catch (error) {
      if (signal.aborted) return
      log.warn(
        { err: error, follower: name, failures: backoff.failures() + 1 },
        'lost the event store, following again',
      )
    }
    if (!signal.aborted) await backoff.wait(signal)
  }
}
