import type { EventStore, Position, StoredEvent, SubscribeOptions, SubscriptionBatch } from '../../ports/event-store.ts'
import type { KurrentConnection } from './connection.ts'
import { type Item, subscribeToLog } from './subscription.ts'

export type FollowerDeps = {
  readonly connection: KurrentConnection
  /** The position of the last record of any kind, as the leader has it. */
  readonly end: (signal?: AbortSignal) => Promise<Position>
  /** Who takes longer for what it was handed goes through the past again, which it may have fallen behind to. Default 2000. */
  readonly slowMs?: number
}

/** For the way through the past: pages of this many records. */
const pastWindow = 512
/**
 * For the present: the server says after every record where it is, also after those that the filter leaves out, so that who waits for a
 * position that another category took does not wait until its own next event. In the past that would be a page for every record.
 */
const presentWindow = 1

/**
 * Reads `$all` by subscriptions, because a read of this client can not be filtered. A server says that a subscription has caught up
 * and does not say with what: the end of the log was asked for before, of the leader, which has all that any leader before it has shown.
 */
export const createFollower = ({
  connection,
  end,
  slowMs = 2000,
}: FollowerDeps): Pick<EventStore, 'readAll' | 'subscribe'> => {
  /** From a position up to what is the end now, and nothing beyond it. The last batch has the end's position. */
  async function* readPast({ after, categories, signal }: SubscribeOptions): AsyncGenerator<Progress> {
    signal.throwIfAborted()
    const last = await end(signal)
    if (last <= after) return yield { events: [], position: after }
    for await (const items of subscribeToLog(connection, { after, categories, window: pastWindow, signal })) {
      const events = eventsOf(items).filter(({ position }) => position <= last)
      const isOver = items.some((item) => item.kind === 'caught-up' || item.position >= last)
      const position = isOver ? last : positionOf(items, after)
      yield { events, position }
      if (isOver) return
    }
    signal.throwIfAborted()
  }

  return {
    async *readAll(options) {
      for await (const { events } of readPast(options)) if (events.length > 0) yield events
    },

    async *subscribe({ after, categories, signal }): AsyncGenerator<SubscriptionBatch> {
      let position = after
      try {
        for (;;) {
          for await (const past of readPast({ after: position, categories, signal })) {
            position = Math.max(position, past.position)
            if (past.events.length > 0) yield { kind: 'events', events: past.events, position }
          }
          yield { kind: 'caught-up', position }
          for await (const items of subscribeToLog(connection, {
            after: position,
            categories,
            window: presentWindow,
            signal,
          })) {
            const handedOverMs = performance.now()
            const events = eventsOf(items)
            position = Math.max(position, positionOf(items, position))
            if (events.length > 0) yield { kind: 'events', events, position }
            if (items.at(-1)?.kind === 'position') yield { kind: 'caught-up', position }
            // The server keeps 32 items for a subscriber. Who is slower gets the rest by the pages of the present, a record each.
            if (performance.now() - handedOverMs > slowMs) break
          }
          if (signal.aborted) return
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
  }
}

type Progress = { readonly events: readonly StoredEvent[]; readonly position: Position }

const eventsOf = (items: readonly Item[]): readonly StoredEvent[] =>
  items.flatMap((item) => (item.kind === 'event' ? [item.event] : []))

const positionOf = (items: readonly Item[], otherwise: Position): Position =>
  items.reduce((highest, item) => (item.kind === 'caught-up' ? highest : Math.max(highest, item.position)), otherwise)
