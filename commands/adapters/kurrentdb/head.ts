import { type AllStreamResolvedEvent, BACKWARDS, END, type ReadPosition } from '@eventstore/db-client'
import { streamCategory } from '../../../domain/stream.ts'
import { beforeFirst, type Position } from '../../ports/event-store.ts'
import type { KurrentConnection } from './connection.ts'
import { fromPosition, toStoredEvent } from './recorded-event.ts'
import { searchBackwards } from './search-backwards.ts'
import { allButCheckpoints, checkpointCategory } from './stream-filter.ts'

export type Head = {
  /** The position of the last record of any kind. */
  readonly lastRecord: (signal?: AbortSignal) => Promise<Position>
  /** The position of the last record before this one, `beforeFirst` where there is none. */
  readonly recordBefore: (position: Position, signal?: AbortSignal) => Promise<Position>
  /**
   * The position of the last event: not the server's own, not of a checkpoint, so that saving how far one has come is not falling behind.
   * Looks through what came since it was last asked; has the server look for it the first time, where others may have written much after it.
   */
  readonly lastEvent: () => Promise<Position>
}

/** The last event is mostly among the last few records. */
const firstPageRecords = 32
const mostPageRecords = 256
/**
 * So many times the time of a call, for the server to look through all that others have written since the last event: a few hundred thousand records a
 * second, without a word until it has found one.
 */
const searchCalls = 20
/** Who asks again mostly finds that nothing came, and a relay that stands by asks every other second. */
const againPageRecords = 2

export const createHead = (connection: KurrentConnection): Head => {
  let searched: Position = beforeFirst
  let known: Position = beforeFirst

  const readBackwards = (from: ReadPosition, count: number, signal?: AbortSignal): Promise<AllStreamResolvedEvent[]> =>
    connection.run(async (client) => {
      const records: AllStreamResolvedEvent[] = []
      const reading = client.readAll({
        ...connection.callOptions,
        direction: BACKWARDS,
        fromPosition: from,
        maxCount: count,
      })
      reading.on('error', () => undefined)
      for await (const record of reading) records.push(record)
      return records
    }, signal)

  const isOfTheLog = ({ event }: AllStreamResolvedEvent): boolean => {
    const stored = event && toStoredEvent(event, connection.names)
    return stored !== undefined && stored !== null && streamCategory(stored.stream) !== checkpointCategory
  }

  const lastOfTheLog = async (): Promise<Position> => {
    const { names, callOptions, callTimeoutMs } = connection
    const search = { regex: allButCheckpoints(names), accepts: isOfTheLog, callOptions }
    const found = await connection.run(
      (client) => searchBackwards(client, search),
      undefined,
      searchCalls * callTimeoutMs,
    )
    return found === null ? beforeFirst : positionOf(found)
  }

  const lastUpTo = async (from: ReadPosition, signal?: AbortSignal): Promise<Position> => {
    const [last] = await readBackwards(from, 1, signal)
    return last === undefined ? beforeFirst : positionOf(last)
  }

  return {
    lastRecord: (signal) => lastUpTo(END, signal),
    recordBefore: async (position, signal) =>
      position === beforeFirst ? beforeFirst : lastUpTo(fromPosition(position), signal),
    lastEvent: async () => {
      const before = { searched, known }
      let top: Position | undefined
      let from: ReadPosition = END
      let found: Position | undefined
      let pageRecords = before.searched === beforeFirst ? firstPageRecords : againPageRecords
      for (; found === undefined; pageRecords = Math.min(mostPageRecords, pageRecords * 16)) {
        const records = await readBackwards(from, pageRecords)
        top ??= records[0] && positionOf(records[0])
        const decisive = records.find((record) => positionOf(record) <= before.searched || isOfTheLog(record))
        const oldest = records.at(-1)
        if (decisive !== undefined)
          found = Math.max(before.known, isOfTheLog(decisive) ? positionOf(decisive) : beforeFirst)
        else if (oldest === undefined || records.length < pageRecords) found = before.known
        else if (before.searched === beforeFirst) found = await lastOfTheLog()
        else from = fromPosition(positionOf(oldest))
      }
      // Others may have asked at the same time, and have seen more.
      searched = Math.max(searched, top ?? beforeFirst)
      known = Math.max(known, found)
      return known
    },
  }
}

const positionOf = ({ commitPosition }: AllStreamResolvedEvent): Position =>
  commitPosition === undefined ? beforeFirst : Number(commitPosition)
