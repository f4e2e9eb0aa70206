import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StreamName } from '../../../domain/stream.ts'
import type { AppendResult, StoredEvent } from '../../ports/event-store.ts'

export type EventQueries = {
  /** The last event of a stream. */
  last(stream: StreamName): AppendResult | undefined
  /** The ids of a stream's events from one revision on. */
  ids(stream: StreamName, from: number, count: number): readonly string[]
  streamForwards(stream: StreamName, from: number, count: number): Page
  streamBackwards(stream: StreamName, from: number, count: number): Page
  /** Events after one position up to and with another. Without categories: all but `key`. */
  log(after: number, upTo: number, categories: readonly string[] | undefined): Page
}

/** `isLast`: there is nothing more in what was asked for. */
export type Page = { readonly events: readonly StoredEvent[]; readonly isLast: boolean }

/** A page blocks the event loop for about 2 ms: this many events, or as many as have this much text. */
const pageEvents = 500
const pageChars = 500_000

const columns = 'position, stream, revision, id, type, version, data, metadata'

export const createEventQueries = (connection: DatabaseSync): EventQueries => {
  const last = connection.prepare(
    'SELECT revision, position FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1',
  )
  const ids = connection.prepare('SELECT id FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?')
  const forwards = connection.prepare(
    `SELECT ${columns} FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
  )
  const backwards = connection.prepare(
    `SELECT ${columns} FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?`,
  )
  const allButKeys = connection.prepare(
    `SELECT ${columns} FROM events WHERE position > ? AND position <= ? AND category <> 'key' ORDER BY position LIMIT ?`,
  )
  const byCategories = new Map<number, StatementSync>()
  for (const statement of [forwards, backwards, allButKeys]) statement.setReturnArrays(true)

  /** One index range for each category, merged by SQLite as they are read: an `IN` would sort all of them first. */
  const categoryStatement = (count: number): StatementSync => {
    const known = byCategories.get(count)
    if (known !== undefined) return known
    const range = `SELECT ${columns} FROM events WHERE category = ? AND position > ? AND position <= ?`
    const merged = Array.from({ length: count }, () => range).join(' UNION ALL ')
    const statement = connection.prepare(`${merged} ORDER BY position LIMIT ?`)
    statement.setReturnArrays(true)
    byCategories.set(count, statement)
    return statement
  }

  return {
    last: (stream) => {
      const row = last.get(stream)
      return row && { revision: Number(row.revision), position: Number(row.position) }
    },
    ids: (stream, from, count) => ids.all(stream, from, count).map((row) => String(row.id)),
    streamForwards: (stream, from, count) => readPage(forwards.iterate(stream, from, pageEvents), count),
    streamBackwards: (stream, from, count) => readPage(backwards.iterate(stream, from, pageEvents), count),
    log: (after, upTo, categories) => {
      if (categories === undefined) return readPage(allButKeys.iterate(after, upTo, pageEvents))
      if (categories.length === 0) return { events: [], isLast: true }
      const ranges = [...new Set(categories)].flatMap((category) => [category, after, upTo])
      return readPage(categoryStatement(ranges.length / 3).iterate(...ranges, pageEvents))
    },
  }
}

/** Undefined for what is not JSON: other programs can write to the file, and whoever reads an event checks what is in it. */
const tryParseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Row = [number, StreamName, number, StoredEvent['id'], string, number, string, string]

const readPage = (rows: Iterable<unknown>, count = Number.MAX_SAFE_INTEGER): Page => {
  const events: StoredEvent[] = []
  let chars = 0
  // `setReturnArrays` is not seen by the types; the columns are STRICT and were written by `append` from the same types.
  for (const row of rows as Iterable<Row>) {
    const [position, stream, revision, id, type, version, data, metadata] = row
    events.push({
      position,
      stream,
      revision,
      id,
      type,
      version,
      data: tryParseJson(data),
      metadata: tryParseJson(metadata),
    })
    chars += data.length
    if (events.length === count) return { events, isLast: true }
    if (chars > pageChars) return { events, isLast: false }
  }
  return { events, isLast: events.length < pageEvents }
}
