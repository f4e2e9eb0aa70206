import { type MessageBus, MessageBusUnavailable } from '../../ports/message-bus.ts'
import { createArrivals } from './arrivals.ts'
import { createEmbeddedDeadLetters } from './dead-letters.ts'
import { createGroupSession, type GroupTiming } from './group-session.ts'
import { createGroupTable } from './group-table.ts'
import { createMessageLog, UnknownTopic } from './message-log.ts'
import type { EmbeddedDatabase } from './open-database.ts'
import { createRetention } from './retention.ts'
import { StorageFailure } from './sqlite-errors.ts'

export type EmbeddedMessageBusDeps = {
  readonly database: EmbeddedDatabase
  /** Milliseconds since 1970; default `Date.now`. Processes on one file need clocks that agree to a second. */
  readonly now?: () => number
  /** Told of what is tried again by itself, for the log: a handler that threw, an offset that could not be committed. */
  readonly onProblem?: (what: string, error: unknown) => void
}

export type EmbeddedMessageBusOptions = GroupTiming & {
  /** How often messages past their retention are removed. */
  readonly trimEveryMs: number
}

const defaults: EmbeddedMessageBusOptions = {
  heartbeatMs: 1_000,
  leaseMs: 3_000,
  // Offsets ride along with every other write; by themselves they would double the commits of an idle server.
  offsetDelayMs: 1_000,
  retryBaseMs: 100,
  retryMaxMs: 30_000,
  stopTimeoutMs: 10_000,
  trimEveryMs: 30_000,
}

/**
 * Topics in an SQLite file that other processes may use at the same time. Closing it stops its consumers and leaves the
 * database open for the other stores on it.
 */
export const createEmbeddedMessageBus = (
  { database, now = Date.now, onProblem = () => undefined }: EmbeddedMessageBusDeps,
  options: Partial<EmbeddedMessageBusOptions> = {},
): MessageBus => {
  const timing = { ...defaults, ...options }
  const closing = new AbortController()
  const log = createMessageLog(database.connection)
  const table = createGroupTable(database.connection)
  const arrivals = createArrivals({ database, touched: log.touched, signal: closing.signal })
  const groups = createGroupSession({ database, log, table, arrivals, now, onProblem }, timing)
  const retention = createRetention({ database, log, now, onProblem, everyMs: timing.trimEveryMs })

  const assertOpen = (): void => {
    if (closing.signal.aborted) throw new MessageBusUnavailable('the message bus is closed')
  }

  const read = async <T>(work: () => T): Promise<T> => {
    assertOpen()
    try {
      return database.read(work)
    } catch (error) {
      return rethrow(error)
    }
  }

  return {
    ensureTopics: async (topics) => {
      assertOpen()
      await database
        .write(() => {
          for (const topic of topics) log.createTopic(topic)
        })
        .catch(rethrow)
      groups.rebalance()
    },
    publish: async (messages) => {
      assertOpen()
      if (messages.length === 0) return
      try {
        const routed = database.read(() => messages.map((message) => [log.route(message), message] as const))
        await database.write(() => {
          for (const [partition, message] of routed) log.insert(partition, message, now())
        })
      } catch (error) {
        rethrow(error)
      }
    },
    consume: (consumeOptions) => {
      assertOpen()
      return groups.consume(consumeOptions)
    },
    removeGroups: async (prefix) => {
      assertOpen()
      return database.write(() => table.removeEmpty(prefix)).catch(rethrow)
    },
    lag: (group) => read(() => table.lag(group)),
    deadLetters: createEmbeddedDeadLetters({ log, read }),
    now: async () => null,
    close: async () => {
      if (closing.signal.aborted) return
      closing.abort()
      retention.stop()
      await groups.close().catch((error) => onProblem('the message bus could not leave its groups', error))
    },
  }
}

const rethrow = (error: unknown): never => {
  if (error instanceof StorageFailure || error instanceof UnknownTopic) {
    throw new MessageBusUnavailable(error.message, { cause: error })
  }
  throw error
}
