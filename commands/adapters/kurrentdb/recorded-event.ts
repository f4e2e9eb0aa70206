import type { Position as LogPosition } from '@eventstore/db-client'
import type { EventId } from '../../../domain/ids.ts'
import type { EventMetadata } from '../../../domain/metadata.ts'
import { beforeFirst, type NewEvent, type Position, type StoredEvent } from '../../ports/event-store.ts'
import { serializeEvent } from '../event-json.ts'
import type { StreamNames } from './stream-names.ts'

/**
 * How an event lies in KurrentDB: its data as it is, so that other tools see what happened and nothing else; its version beside the rest
 * of the metadata, under `schemaVersion`.
 */
type StoredMetadata = EventMetadata & { readonly schemaVersion: number }

/** An event as it goes to the server. `data` and `metadata` are JSON in UTF-8. */
export type ProposedEvent = {
  readonly id: string
  readonly type: string
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

/** Throws `EventRefused`. */
export const toProposedEvent = (event: NewEvent): ProposedEvent => {
  const { data, metadata } = serializeEvent(event)
  // An object with properties, always: an event has an id.
  const withVersion = `${metadata.slice(0, -1)},"schemaVersion":${event.version}}`
  return { id: event.id, type: event.type, data: encoder.encode(data), metadata: encoder.encode(withVersion) }
}

const encoder = new TextEncoder()

/** Of both parts. */
type RecordedPosition = LogPosition | { readonly commit: number; readonly prepare: number }

/** The client's types of a recorded event, with or without data, in a stream or in `$all`, and our own, have this in common. */
type Recorded = {
  readonly id: string
  readonly type: string
  readonly streamId: string
  readonly revision: bigint | number
  readonly data: unknown
  readonly metadata?: unknown
  readonly position?: RecordedPosition
}

/** Null for what the server itself writes, as the tombstone of a deleted stream, and for what is in no stream of ours. */
export const toStoredEvent = (recorded: Recorded, names: StreamNames): StoredEvent | null => {
  if (recorded.type.startsWith('$') || recorded.position === undefined) return null
  const stream = names.ours(recorded.streamId)
  if (stream === null) return null
  // Written by `toProposedEvent`; who reads the event checks it against its schema, so that what others put there is found out.
  const { schemaVersion = 1, ...metadata } = (recorded.metadata ?? {}) as StoredMetadata
  return {
    // The server takes UUIDs only.
    id: recorded.id as EventId,
    type: recorded.type,
    version: schemaVersion,
    data: recorded.data,
    metadata,
    stream,
    revision: Number(recorded.revision),
    position: toPosition(recorded.position),
  }
}

/**
 * The server's positions have two parts, which differ only in explicit transactions; those went with the TCP protocol and are never
 * written here. A part is a byte offset in the log: it fits a double up to 9 petabytes.
 */
export const toPosition = ({ commit, prepare }: RecordedPosition): Position => {
  const position = Number(commit)
  if (commit !== prepare || !Number.isSafeInteger(position)) {
    throw new Error(`position ${commit}/${prepare} of the event store cannot be told by one number`)
  }
  return position
}

export const fromPosition = (position: Position): LogPosition | 'start' =>
  position === beforeFirst ? 'start' : { commit: BigInt(position), prepare: BigInt(position) }
