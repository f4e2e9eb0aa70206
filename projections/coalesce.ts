import type { Position, StoredEvent, SubscriptionBatch } from '../commands/ports/event-store.ts'

/** `caughtUp`: there is nothing more for now. */
export type CoalescedBatch = {
  readonly events: readonly StoredEvent[]
  readonly position: Position
  readonly caughtUp: boolean
}

export type CoalesceOptions = {
  readonly maxEvents: number
  /** Not above `maxEvents`. Default 0: whatever there is. */
  readonly minEvents?: number
  readonly stop: () => void
}

/**
 * Puts together what came in while the reader was busy, so that an idle reader gets every event at once and a busy one gets few large
 * batches. Reads ahead until `maxEvents` wait, then lets the subscription wait. A reader who is in no hurry gets nothing until `minEvents` wait, or the
 * batches have ended. `stop` is called when the reader leaves: it must end `batches`.
 */
export async function* coalesce(
  batches: AsyncIterable<SubscriptionBatch>,
  { maxEvents, minEvents = 0, stop }: CoalesceOptions,
): AsyncGenerator<CoalescedBatch> {
  let waiting: SubscriptionBatch[] = []
  let waitingEvents = 0
  let change = Promise.withResolvers<void>()
  const changed = () => {
    change.resolve()
    change = Promise.withResolvers()
  }
  let left = false

  const readAhead = async (): Promise<void> => {
    for await (const batch of batches) {
      waiting.push(batch)
      waitingEvents += batch.kind === 'events' ? batch.events.length : 0
      changed()
      while (waitingEvents >= maxEvents && !left) await change.promise
      if (left) return
    }
  }

  const reader = { ended: false, error: undefined as unknown }
  const reading = readAhead()
    .catch((error: unknown) => {
      reader.error = error
    })
    .finally(() => {
      reader.ended = true
      changed()
    })

  try {
    for (;;) {
      if (waiting.length > 0 && (waitingEvents >= minEvents || reader.ended)) {
        const taken = waiting
        waiting = []
        waitingEvents = 0
        changed()
        yield merge(taken)
      } else if (reader.ended) {
        if (reader.error !== undefined) throw reader.error
        return
      } else {
        await change.promise
      }
    }
  } finally {
    left = true
    changed()
    stop()
    await reading
  }
}

/** At least one batch. */
const merge = (batches: readonly SubscriptionBatch[]): CoalescedBatch => {
  const last = batches[batches.length - 1] as SubscriptionBatch
  const events =
    batches.length === 1 && last.kind === 'events'
      ? last.events
      : batches.flatMap((batch) => (batch.kind === 'events' ? batch.events : []))
  return { events, position: last.position, caughtUp: last.kind === 'caught-up' }
}
