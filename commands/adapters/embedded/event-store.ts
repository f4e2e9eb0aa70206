import { setImmediate as nextTurn } from 'node:timers/promises'
import { type StreamName, streamCategory } from '../../../domain/stream.ts'
import {
  type AppendResult,
  beforeFirst,
  EventRefused,
  type EventStore,
  EventStoreUnavailable,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  type ReadStreamOptions,
  RevisionConflict,
  type StoredEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../ports/event-store.ts'
import { type EventJson, serializeEvent } from '../event-json.ts'
import { createEventQueries, type Page } from './event-queries.ts'
import type { EmbeddedDatabase } from './open-database.ts'
import { StorageFailure } from './sqlite-errors.ts'

export type EmbeddedEventStoreDeps = { readonly database: EmbeddedDatabase }

/**
 * The log in an SQLite file that other processes may use at the same time. Closing it ends its subscriptions with
 * `EventStoreUnavailable` and leaves the database open for the other stores on it.
 */
export const createEmbeddedEventStore = ({ database }: EmbeddedEventStoreDeps): EventStore => {
  const queries = createEventQueries(database.connection)
  const insert = database.connection.prepare(
    `INSERT INTO events (stream, revision, category, id, type, version, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = database.connection.prepare('DELETE FROM events WHERE stream = ?')
  const closing = new AbortController()

  const assertOpen = (): void => {
    if (closing.signal.aborted) throw new EventStoreUnavailable('the event store is closed')
  }
  const read = <T>(work: () => T): T => {
    assertOpen()
    try {
      return database.read(work)
    } catch (error) {
      throw unavailable(error)
    }
  }
  const currentHead = (): Position => read(() => database.heads.current('events'))
  const write = async <T>(work: () => T): Promise<T> => {
    assertOpen()
    return database.write(work).catch((error) => {
      throw unavailable(error)
    })
  }

  const insertAll = (
    stream: StreamName,
    events: readonly SerializedEvent[],
    expected: ExpectedRevision,
  ): AppendResult => {
    const last = queries.last(stream)
    const actual = last?.revision ?? 'no-stream'
    if (actual !== expected) {
      if (isRepeat(stream, events, expected)) return resultOf(stream, events, expected)
      throw new RevisionConflict(stream, expected, actual)
    }
    const category = streamCategory(stream)
    let revision = revisionBefore(expected)
    let position: Position = beforeFirst
    for (const { id, type, version, json } of events) {
      revision += 1
      const { lastInsertRowid } = insert.run(stream, revision, category, id, type, version, json.data, json.metadata)
      position = Number(lastInsertRowid)
    }
    return { revision, position }
  }

  const isRepeat = (stream: StreamName, events: readonly SerializedEvent[], expected: ExpectedRevision): boolean => {
    const stored = queries.ids(stream, revisionBefore(expected) + 1, events.length)
    return stored.length === events.length && stored.every((id, index) => id === events[index]?.id)
  }

  const resultOf = (
    stream: StreamName,
    events: readonly SerializedEvent[],
    expected: ExpectedRevision,
  ): AppendResult => {
    const revision = revisionBefore(expected) + events.length
    const [last] = queries.streamForwards(stream, revision, 1).events
    if (last === undefined) throw new Error(`stream ${stream} lost revision ${revision} inside a transaction`)
    return { revision, position: last.position }
  }

  /** One page after a position, at most up to `end`. `position`: where the next page begins. */
  const readLog = (after: Position, end: Position, categories: readonly string[] | undefined): LogPage =>
    read(() => {
      const { events, isLast } = queries.log(after, end, categories)
      const last = events.at(-1)
      return { events, isLast, position: isLast || last === undefined ? Math.max(after, end) : last.position }
    })

  async function* readStream(
    stream: StreamName,
    options: ReadStreamOptions = {},
  ): AsyncGenerator<readonly StoredEvent[]> {
    const backwards = options.direction === 'backwards'
    let from = options.from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0)
    let left = options.maxCount ?? Number.MAX_SAFE_INTEGER
    while (left > 0) {
      options.signal?.throwIfAborted()
      const { events, isLast } = read(() =>
        backwards ? queries.streamBackwards(stream, from, left) : queries.streamForwards(stream, from, left),
      )
      const last = events.at(-1)
      if (last !== undefined) yield events
      if (isLast || last === undefined) return
      left -= events.length
      from = last.revision + (backwards ? -1 : 1)
      await nextTurn()
    }
  }

  async function* readAll({ after, categories, signal }: SubscribeOptions): AsyncGenerator<readonly StoredEvent[]> {
    const end = currentHead()
    let position = after
    for (;;) {
      signal.throwIfAborted()
      const page = readLog(position, end, categories)
      if (page.events.length > 0) yield page.events
      if (page.isLast) return
      position = page.position
      await nextTurn()
    }
  }

  async function* subscribe({ after, categories, signal }: SubscribeOptions): AsyncGenerator<SubscriptionBatch> {
    const ended = AbortSignal.any([signal, closing.signal])
    let position = after
    while (!signal.aborted) {
      // The head comes first: what is committed between the two reads is left to the next page and not skipped.
      const page = readLog(position, currentHead(), categories)
      position = page.position
      if (page.events.length > 0) yield { kind: 'events', events: page.events, position }
      if (page.isLast) {
        yield { kind: 'caught-up', position }
        await database.heads.grownBeyond('events', position, ended)
      } else {
        await nextTurn()
      }
    }
  }

  return {
    append: async (stream, events, expected) => {
      if (events.length === 0)
        throw new EventRefused(`nothing to append to stream ${stream}: at least one event is needed`)
      // Serialised before the first wait, so that what the caller changes afterwards is not stored.
      const serialized = events.map((event) => ({ ...event, json: serializeEvent(event) }))
      return write(() => insertAll(stream, serialized, expected))
    },
    readStream,
    readAll,
    subscribe,
    head: async () => currentHead(),
    // The file holds nothing but events.
    end: async () => currentHead(),
    deleteStream: async (stream) => {
      const removed = await write(() => {
        // Freed pages are overwritten with zeros, because the key in them must be gone and not only out of reach.
        database.connection.exec('PRAGMA secure_delete = ON')
        try {
          return remove.run(stream).changes
        } finally {
          database.connection.exec('PRAGMA secure_delete = OFF')
        }
      })
      // The write-ahead log still has the old pages. When another process is reading it now, they go with its next turn-over.
      if (removed !== 0) read(() => database.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
    },
    close: async () => closing.abort(),
  }
}

type SerializedEvent = NewEvent & { readonly json: EventJson }
type LogPage = Page & { readonly position: Position }

const revisionBefore = (expected: ExpectedRevision): number => (expected === 'no-stream' ? -1 : expected)

const unavailable = (error: unknown): unknown =>
  error instanceof StorageFailure ? new EventStoreUnavailable(error.message, { cause: error }) : error
