import { ErrorType } from '@eventstore/db-client'
import {
  type EventStore,
  EventStoreUnavailable,
  type Position,
  type StoredEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../ports/event-store.ts'
import type { KurrentConnection } from './connection.ts'
import { isType } from './errors.ts'
import type { Head } from './head.ts'
import { type Item, subscribeToLog } from './subscription.ts'

export type FollowerDeps = {
  readonly connection: KurrentConnection
  /** As the leader has it. */
  readonly head: Pick<Head, 'lastRecord' | 'recordBefore'>
  /** Who takes longer for what it was handed goes through the past again, which it may have fallen behind to. Default 2000. */
  readonly slowMs?: number
}

/** For the way through the past: pages of this many records. */
const pastWindow = 512
/**
 * For the present: the server tells its position after every record, also after those that the filter leaves out. A wait for a position that
 * another category took then ends before the next event of one's own. In the past that would be a page for every record.
 */
const presentWindow = 1

/**
 * Reads `$all` by subscriptions, because a read of this client cannot be filtered. A server says that a subscription has caught up
 * and does not say with what: the end of the log was asked for before, of the leader, which has all that any leader before it has shown.
 *
 * The past is subscribed to from the record before the one to go on after, and what was handed over before is left out here: EventStoreDB 23.10
 * leaves out the first event at or behind the place it is given, which is another one where that record was scavenged or is of the server's own.
 */
export const createFollower = ({
  connection,
  head,
  slowMs = 2000,
}: FollowerDeps): Pick<EventStore, 'readAll' | 'subscribe'> => {
  /** From a position up to what is the end now, and nothing beyond it. The last batch has the end's position. */
  async function* readPast({ after, categories, signal }: SubscribeOptions): AsyncGenerator<Progress> {
    signal.throwIfAborted()
    const last = await head.lastRecord(signal)
    if (last <= after) return yield { events: [], position: after }
    const before = await head.recordBefore(after, signal)
    for await (const items of subscribeToLog(connection, { after: before, categories, window: pastWindow, signal })) {
      const events = eventsOf(items).filter(({ position }) => position > after && position <= last)
      const isOver = items.some((item) => item.kind === 'caught-up' || item.position >= last)
      const position = isOver ? last : positionOf(items, after)
      yield { events, position }
      if (isOver) return
    }
    signal.throwIfAborted()
  }

  /** Ends without an error where the server drops a subscriber who is slower than the log, as before EventStoreDB 24.2. */
  async function* subscribeToPresent({
    categories,
    signal,
  }: Omit<SubscribeOptions, 'after'>): AsyncGenerator<readonly Item[]> {
    try {
      yield* subscribeToLog(connection, { after: 'end', categories, window: presentWindow, signal })
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable && isType(error.cause, ErrorType.TIMEOUT))) throw error
    }
  }

  return {
    async *readAll(options) {
      for await (const { events } of readPast(options)) if (events.length > 0) yield events
    },

    async *subscribe({ after, categories, signal }): AsyncGenerator<SubscriptionBatch> {
      let position = after
      async function* catchUp(): AsyncGenerator<SubscriptionBatch> {
        for await (const past of readPast({ after: position, categories, signal })) {
          position = Math.max(position, past.position)
          if (past.events.length > 0) yield { kind: 'events', events: past.events, position }
        }
        yield { kind: 'caught-up', position }
      }
      try {
        while (!signal.aborted) {
          yield* catchUp()
          let isPresent = false
          for await (const items of subscribeToPresent({ categories, signal })) {
            const isBehind = isPresent && items.some(({ kind }) => kind === 'caught-up')
            // From now on nothing is missed: what came before this, and after the end that was asked for, is what is left.
            if (!isPresent) yield* catchUp()
            isPresent = true
            const handedOverMs = performance.now()
            const before = position
            const events = eventsOf(items).filter((event) => event.position > before)
            position = positionOf(items, position)
            if (events.length > 0) yield { kind: 'events', events, position }
            if (items.at(-1)?.kind === 'position') yield { kind: 'caught-up', position }
            // The server keeps 32 items for a subscriber. Who is slower gets the rest by the pages of the present, a record each.
            if (isBehind || performance.now() - handedOverMs > slowMs) break
          }
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
