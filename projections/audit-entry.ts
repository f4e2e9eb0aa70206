import type { Position } from '../commands/ports/event-store.ts'
import type { HostId, InstanceId, OperationId, ProjectId } from '../domain/ids.ts'
import type { Actor, RequestOrigin, Role } from '../domain/metadata.ts'
import type { UnreadableReason } from '../domain/read-event.ts'
import type { StreamName } from '../domain/stream.ts'

/**
 * What the view `events` has of every event: what the audit log is filtered by and where the event is in the log, which has all the rest.
 * `projectId`: null also for an event of a stream that projects share. Key and sort key: the position, zero-padded to 16 digits. Indexes: see `views/events.ts`.
 */
export type AuditEntry = {
  readonly position: Position
  readonly type: string
  readonly stream: StreamName
  readonly revision: number
  readonly projectId: ProjectId | null
  readonly instanceId: InstanceId | null
  readonly operationId: OperationId | null
  /** When it happened, milliseconds since 1970, and the name of who caused it. Null where it cannot be read. */
  readonly atMs: number | null
  readonly actor: string | null
  /** The most powerful role of a user who caused it; null for others. */
  readonly role: Role | null
  /** The public command it follows from at once; null where none is known. */
  readonly command: string | null
  /** The host it concerns, or whose agent caused it. */
  readonly hostId: HostId | null
}

/** What the audit log shows of an event, without anything sealed or hashed. In no view: it is made of the log when it is asked for. */
export type AuditDocument = {
  readonly id: string
  readonly position: Position
  readonly type: string
  readonly stream: string
  readonly revision: number
  /** Null, as the three below that are the event's own to say, where it cannot be read. */
  readonly at: string | null
  readonly actor: Actor | null
  readonly projectId: ProjectId | null
  readonly instanceId: InstanceId | null
  readonly operationId: OperationId | null
  readonly commandId: string | null
  readonly causationId: string | null
  /** The public command it follows from at once, and the request that brought it, where they were noted. */
  readonly command: string | null
  readonly request: RequestOrigin | null
  /** Empty where the event cannot be read. */
  readonly data: Readonly<Record<string, unknown>>
  readonly unreadable: AuditFault | null
}

/** Why the log does not say more of an event. `MISSING`: the event store does not have it any more. */
export type AuditFault = { readonly reason: UnreadableReason | 'MISSING'; readonly detail: string }

/** Key and sort key of an event in the audit log. */
export const auditKey = (position: Position): string => {
  const digits = String(position)
  return `${zeros[digits.length]}${digits}`
}
/** By how many digits follow: made once, as there is a key for every event. */
const zeros = Array.from({ length: 17 }, (_, digits) => '0'.repeat(16 - digits))
