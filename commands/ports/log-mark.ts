import type { EventId } from '../../domain/ids.ts'
import { beforeFirst, type EventStore, type Position, type StoredEvent } from './event-store.ts'

/** An event, as no other log has it. */
export type EventMark = Pick<StoredEvent, 'id' | 'stream' | 'revision' | 'position'>

/**
 * Stands beside a position that is kept anywhere but in the log, and shows which log it is of. A store that was put back from a copy is
 * another log: its events from the copy on are others, at positions that were given before.
 *
 * `log`: the log's identity, which is the id of its first event. `event`: the last event at or before the position, among those its holder
 * follows. Null where there was none.
 */
export type LogMark = { readonly log: EventId | null; readonly event: EventMark | null }

/** The mark of somebody who has seen no event. */
export const noMark: LogMark = { log: null, event: null }

export const eventMark = ({ id, stream, revision, position }: EventMark): EventMark => ({
  id,
  stream,
  revision,
  position,
})

/** `older`: the log begins as the marked one did, and lacks what came later. `other`: it began in another way. */
export type LogRelation = 'same' | 'older' | 'other'

export type MarkedPlace = { readonly position: Position; readonly mark: LogMark }

type ReadableLog = Pick<EventStore, 'readStream' | 'readAll' | 'end'>

export type CompareOptions = {
  /** What the holder of the mark follows. Default: everything. */
  readonly categories?: readonly string[] | undefined
  readonly signal: AbortSignal
}

/** The identity of the log, null while it is empty. Throws `EventStoreUnavailable`. */
export const readLogId = async (
  eventStore: Pick<EventStore, 'readAll'>,
  signal: AbortSignal,
): Promise<EventId | null> => (await firstAfter(eventStore, beforeFirst, { signal }))?.id ?? null

/**
 * Whether the log is the one that the place was marked in. It is where the log reaches as far as the place, has the marked event at its
 * position, and has no event between the two, which the holder would never see. Throws `EventStoreUnavailable`.
 */
export const compareWithLog = async (
  eventStore: ReadableLog,
  { position, mark }: MarkedPlace,
  options: CompareOptions,
): Promise<LogRelation> => {
  if (position === beforeFirst) return 'same'
  const isSame =
    (await eventStore.end()) >= position &&
    (mark.event === null || (await hasEvent(eventStore, mark.event, options.signal))) &&
    !(await hasEventBetween(eventStore, mark.event?.position ?? beforeFirst, position, options))
  if (isSame) return 'same'
  const id = await readLogId(eventStore, options.signal)
  return id !== null && id === mark.log ? 'older' : 'other'
}

const hasEvent = async (
  eventStore: Pick<EventStore, 'readStream'>,
  mark: EventMark,
  signal: AbortSignal,
): Promise<boolean> => {
  const { stream, revision: from } = mark
  for await (const [event] of eventStore.readStream(stream, { from, maxCount: 1, signal })) {
    return event?.id === mark.id && event.revision === mark.revision && event.position === mark.position
  }
  return false
}

const hasEventBetween = async (
  eventStore: Pick<EventStore, 'readAll'>,
  after: Position,
  upTo: Position,
  options: CompareOptions,
): Promise<boolean> => {
  if (after >= upTo) return false
  const next = await firstAfter(eventStore, after, options)
  return next !== null && next.position <= upTo
}

const firstAfter = async (
  eventStore: Pick<EventStore, 'readAll'>,
  after: Position,
  { categories, signal }: CompareOptions,
): Promise<StoredEvent | null> => {
  for await (const [event] of eventStore.readAll({ after, ...(categories && { categories }), signal })) {
    return event ?? null
  }
  return null
}
