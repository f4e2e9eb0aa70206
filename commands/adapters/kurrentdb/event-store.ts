import { ANY, BACKWARDS, END, ErrorType, FORWARDS, START, WrongExpectedVersionError } from '@eventstore/db-client'
import type { StreamName } from '../../../domain/stream.ts'
import {
  type AppendResult,
  EventRefused,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  type ReadStreamOptions,
  RevisionConflict,
  type StoredEvent,
} from '../../ports/event-store.ts'
import type { KurrentConnection } from './connection.ts'
import { isType, messageOf } from './errors.ts'
import { createFollower } from './follow-log.ts'
import { createHead } from './head.ts'
import { toPosition, toProposedEvent, toStoredEvent } from './recorded-event.ts'

export type KurrentEventStoreDeps = { readonly connection: KurrentConnection }

const pageEvents = 250

/**
 * The log in KurrentDB, or EventStoreDB from 23.10 on. Closing the store closes the connection, also for others on it.
 *
 * A deleted stream cannot be written again: it gets a tombstone, because after a soft delete the server keeps the last event for ever.
 * What it held is out of `readStream` at once, and off the disk and out of `readAll` after the server's next scavenge.
 */
export const createKurrentEventStore = ({ connection }: KurrentEventStoreDeps): EventStore => {
  const { callOptions, names } = connection
  const head = createHead(connection)
  const { readAll, subscribe } = createFollower({ connection, head })

  /** One page; empty where there is no such stream, or no more of it. */
  const readPage = (
    stream: StreamName,
    from: number | undefined,
    count: number,
    direction: typeof FORWARDS | typeof BACKWARDS,
    signal?: AbortSignal,
  ): Promise<readonly StoredEvent[]> =>
    connection
      .run(async (client) => {
        const events: StoredEvent[] = []
        const fromRevision = from === undefined ? (direction === BACKWARDS ? END : START) : BigInt(from)
        const reading = client.readStream(names.onServer(stream), {
          ...callOptions,
          fromRevision,
          direction,
          maxCount: count,
        })
        reading.on('error', () => undefined)
        for await (const { event } of reading) {
          const stored = event && toStoredEvent(event, names)
          if (stored) events.push(stored)
        }
        return events
      }, signal)
      .catch((error) => {
        if (isType(error, ErrorType.STREAM_NOT_FOUND, ErrorType.STREAM_DELETED)) return []
        throw error
      })

  async function* readStream(
    stream: StreamName,
    { from, direction, maxCount = Number.MAX_SAFE_INTEGER, signal }: ReadStreamOptions = {},
  ): AsyncGenerator<readonly StoredEvent[]> {
    const backwards = direction === 'backwards'
    let next = from
    for (let left = maxCount; left > 0; ) {
      signal?.throwIfAborted()
      const count = Math.min(left, pageEvents)
      const page = await readPage(stream, next, count, backwards ? BACKWARDS : FORWARDS, signal)
      const last = page.at(-1)
      if (last === undefined) return
      yield page
      if (page.length < count || (backwards && last.revision === 0)) return
      left -= page.length
      next = last.revision + (backwards ? -1 : 1)
    }
  }

  /** Where the last event of an append lies, for an answer that leaves it out, as some do to a repeated append. */
  const positionOf = async (stream: StreamName, revision: number): Promise<Position> => {
    const [event] = await readPage(stream, revision, 1, FORWARDS)
    if (event === undefined) throw new Error(`stream ${stream} has no revision ${revision} right after it was appended`)
    return event.position
  }

  const append = async (
    stream: StreamName,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> => {
    if (events.length === 0)
      throw new EventRefused(`nothing to append to stream ${stream}: at least one event is needed`)
    const proposed = events.map(toProposedEvent)
    try {
      const { revision, position } = await connection.append(names.onServer(stream), proposed, expected)
      return { revision, position: position ? toPosition(position) : await positionOf(stream, revision) }
    } catch (error) {
      throw refusalOf(error, stream, events, expected)
    }
  }

  return {
    append,
    readStream,
    readAll,
    subscribe,
    head: head.lastEvent,
    end: () => head.lastRecord(),
    deleteStream: async (stream) => {
      const [last] = await readPage(stream, undefined, 1, BACKWARDS)
      // A tombstone can be set where nothing is as well, and would be an event of its own.
      if (last === undefined) return
      try {
        await connection.run((client) =>
          client.tombstoneStream(names.onServer(stream), { ...callOptions, expectedRevision: ANY }),
        )
      } catch (error) {
        if (!isType(error, ErrorType.STREAM_DELETED)) throw error
      }
    },
    close: async () => connection.close(),
  }
}

const refusalOf = (
  error: unknown,
  stream: StreamName,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
): unknown => {
  if (error instanceof WrongExpectedVersionError) {
    const actual = typeof error.actualVersion === 'bigint' ? Number(error.actualVersion) : 'no-stream'
    return new RevisionConflict(stream, expected, actual)
  }
  if (isType(error, ErrorType.STREAM_DELETED)) {
    return new EventRefused(`stream ${stream} was deleted and cannot be written again`, { cause: error })
  }
  if (isType(error, ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED, ErrorType.UNKNOWN)) {
    const what = `${events.length} event(s) for stream ${stream}`
    return new EventRefused(`the event store takes no append of ${what}: ${messageOf(error)}`, { cause: error })
  }
  return error
}
