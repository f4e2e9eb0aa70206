import type { EventStore, Position, StoredEvent } from './ports/event-store.ts'
import { compareWithLog, type EventMark, eventMark, type LogRelation, readLogId } from './ports/log-mark.ts'

/** The store has another log than the one this process has followed: what the process remembers is of that one. */
export class LogReplaced extends Error {
  override readonly name = 'LogReplaced'
  readonly code = 'LOG_REPLACED'
  constructor(relation: Exclude<LogRelation, 'same'>, { stream, revision }: EventMark) {
    const found = relation === 'older' ? 'an older copy of the log that this process has followed' : 'another log'
    super(`the event store has ${found}: revision ${revision} of ${stream} is not in it any more`)
  }
}

/**
 * The same store, which looks at every new subscription whether the log is still the one that earlier subscriptions were to: a store may come
 * back after an outage with what a backup holds. Folded states, positions of followers and the heads of streams in memory would be of a
 * log that is gone, and new events would lie before the place of who follows. Then `onReplaced` is told, and nothing is followed any more.
 */
export const watchLogIdentity = (store: EventStore, onReplaced: (error: LogReplaced) => void): EventStore => {
  let last: EventMark | null = null
  let logId: StoredEvent['id'] | null = null

  const note = (events: readonly StoredEvent[]): void => {
    const latest = events.at(-1)
    if (latest && (last === null || latest.position > last.position)) last = eventMark(latest)
  }

  const assertSame = async (after: Position, categories: readonly string[] | undefined, signal: AbortSignal) => {
    if (last === null) return
    const place = { position: Math.max(after, last.position), mark: { log: logId, event: last } }
    const relation = await compareWithLog(store, place, { categories, signal })
    if (relation === 'same') return
    const error = new LogReplaced(relation, last)
    onReplaced(error)
    throw error
  }

  return {
    ...store,
    subscribe: async function* (options) {
      const { after, categories, signal } = options
      if (signal.aborted) return
      try {
        await assertSame(after, categories, signal)
        logId ??= await readLogId(store, signal)
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
      for await (const batch of store.subscribe(options)) {
        if (batch.kind === 'events') note(batch.events)
        yield batch
      }
    },
  }
}
