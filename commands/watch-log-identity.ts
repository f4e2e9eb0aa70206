import { beforeFirst, type EventStore, type Position, type StoredEvent } from './ports/event-store.ts'
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
  const seen = new Map<string, Seen>()
  let logId: StoredEvent['id'] | null = null

  const assertSame = async (signal: AbortSignal): Promise<void> => {
    for (const { position, event, categories } of seen.values()) {
      const relation = await compareWithLog(store, { position, mark: { log: logId, event } }, { categories, signal })
      if (relation === 'same') continue
      const error = new LogReplaced(relation, event)
      onReplaced(error)
      throw error
    }
  }

  return {
    ...store,
    subscribe: async function* (options) {
      const { categories, signal } = options
      if (signal.aborted) return
      try {
        await assertSame(signal)
        logId ??= await readLogId(store, signal)
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
      const name = categories?.join() ?? ''
      let event: EventMark | null = null
      for await (const batch of store.subscribe(options)) {
        const last = batch.kind === 'events' ? batch.events.at(-1) : undefined
        if (last) event = eventMark(last)
        const furthest = seen.get(name)?.position ?? beforeFirst
        if (event !== null && batch.position > furthest) seen.set(name, { position: batch.position, event, categories })
        yield batch
      }
    },
  }
}

/**
 * How far the subscriptions to the same categories have come: the last event of these at or before the position. Others may be anywhere else: their
 * last event says nothing of what lies before this position.
 */
type Seen = {
  readonly position: Position
  readonly event: EventMark
  readonly categories: readonly string[] | undefined
}
