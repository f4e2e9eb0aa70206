import { setImmediate as nextTurn } from 'node:timers/promises'
import { tryCategory } from '../../../domain/aggregates.ts'
import { type StreamName, streamNameSchema } from '../../../domain/stream.ts'
import { EventStoreUnavailable } from '../../ports/event-store.ts'
import { maxConditions, type StreamCondition, type StreamInspector } from '../../ports/stream-inspector.ts'
import type { EmbeddedDatabase } from './open-database.ts'
import { StorageFailure } from './sqlite-errors.ts'

/** A page blocks the event loop for about a millisecond. */
const pageStreams = 500

/** Streams have no settings here. A stream of which nothing is left is not known any more. */
export const createEmbeddedStreamInspector = ({
  database,
}: {
  readonly database: EmbeddedDatabase
}): StreamInspector => {
  const heads = database.connection.prepare(
    'SELECT stream, min(revision) AS first FROM events WHERE stream > ? GROUP BY stream ORDER BY stream LIMIT ?',
  )
  const firstOf = database.connection.prepare('SELECT 1 FROM events WHERE stream = ? LIMIT 1')
  const read = <T>(work: () => T): T => {
    try {
      return database.read(work)
    } catch (error) {
      throw error instanceof StorageFailure ? new EventStoreUnavailable(error.message, { cause: error }) : error
    }
  }
  return {
    inspect: async (signal) => {
      const streams: StreamCondition[] = []
      for (let last: string | undefined = ''; last !== undefined; ) {
        signal.throwIfAborted()
        const after: string = last
        const page = read(() => heads.all(after, pageStreams))
        for (const row of page) {
          if (Number(row.first) === 0 || tryCategory(String(row.stream)) === null) continue
          if (streams.length === maxConditions) return { streams, complete: false }
          streams.push({ stream: streamNameSchema.parse(row.stream), settings: [], first: Number(row.first) })
        }
        last = page.length < pageStreams ? undefined : String(page.at(-1)?.stream)
        await nextTurn()
      }
      return { streams, complete: true }
    },
    findEmpty: async (streams, signal) => {
      const empty: StreamName[] = []
      for (let from = 0; from < streams.length; from += pageStreams) {
        signal.throwIfAborted()
        const page = streams.slice(from, from + pageStreams)
        empty.push(...read(() => page.filter((stream) => firstOf.get(stream) === undefined)))
        await nextTurn()
      }
      return empty
    },
  }
}
