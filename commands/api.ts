import type { DeadLetterPlace } from '../domain/dead-letter/place.ts'
import type { FlavorCommand } from '../domain/flavor/commands.ts'
import type { HostId, InstanceId, OperationId, ProjectId, TokenId } from '../domain/ids.ts'
import type { Actor, Role } from '../domain/metadata.ts'
import type { QuotaLimits } from '../domain/project/events.ts'
import type { Rejection } from '../domain/rejection.ts'
import type { DatabaseSpec, DatastoreType } from '../domain/values/instance-spec.ts'
import type { Position } from './ports/event-store.ts'

/**
 * `password` absent: one is generated. `databases` absent: all databases named in the same request; when it names none, one with the user's name
 * is made.
 */
export type UserInput = {
  readonly name: string
  readonly password?: string
  readonly databases?: readonly string[]
}

/** What people can ask for. Values are as they came in: dispatch checks them and answers with a typed rejection. */
export type PublicCommand =
  | {
      readonly type: 'CreateInstance'
      readonly projectId: ProjectId
      readonly name: string
      readonly datastore: string
      /** A prefix picks the newest: `17` may become `17.10`. Absent: the datastore's default. */
      readonly version?: string
      readonly flavor?: string
      readonly volumeGiB?: number
      readonly databases?: readonly DatabaseSpec[]
      readonly users?: readonly UserInput[]
    }
  | {
      readonly type: 'AdoptInstance'
      readonly instanceId: InstanceId
      /** Absent: as its host was told when the instance was made. */
      readonly projectId?: ProjectId
      readonly name?: string
    }
  | { readonly type: 'RemoveUnlistedInstance'; readonly instanceId: InstanceId }
  | { readonly type: 'RenameInstance'; readonly instanceId: InstanceId; readonly name: string }
  | { readonly type: 'RestartInstance'; readonly instanceId: InstanceId }
  | { readonly type: 'StopInstance'; readonly instanceId: InstanceId }
  | { readonly type: 'StartInstance'; readonly instanceId: InstanceId }
  | { readonly type: 'DeleteInstance'; readonly instanceId: InstanceId }
  | { readonly type: 'GrowVolume'; readonly instanceId: InstanceId; readonly volumeGiB: number }
  | { readonly type: 'CancelOperation'; readonly operationId: OperationId }
  | {
      readonly type: 'IssueToken'
      readonly projectId: ProjectId
      readonly name: string
      readonly role: Role
      /** ISO 8601; null or absent: does not expire. */
      readonly expiresAt?: string | null
    }
  | { readonly type: 'RevokeToken'; readonly tokenId: TokenId }
  /** `force`: also while it is up and has databases, which are given up with it. */
  | { readonly type: 'RemoveHost'; readonly hostId: HostId; readonly force: boolean }
  | { readonly type: 'SetProjectQuota'; readonly projectId: ProjectId; readonly limits: QuotaLimits }
  | FlavorCommand
  | { readonly type: 'SetDefaultDatastoreVersion'; readonly datastore: DatastoreType; readonly version: string }
  | { readonly type: 'WithdrawDatastoreVersion'; readonly datastore: DatastoreType; readonly version: string }
  | { readonly type: 'ExcludeEvent'; readonly stream: string; readonly revision: number; readonly note: string }
  | { readonly type: 'ReplayDeadLetter' | 'DropDeadLetter'; readonly place: DeadLetterPlace }

export type DispatchRequest = {
  readonly command: PublicCommand
  readonly actor: Actor
  /** 1 to 255 printable characters, chosen by the client; scoped to the actor's project, and free again some time after its first use. */
  readonly idempotencyKey?: string
  /** The version of the instance that the client last saw: refused with `VERSION_CONFLICT` when it has changed since. */
  readonly expectedVersion?: number
  /** W3C trace context of what led to it; recorded with all it leads to. */
  readonly traceparent?: string | undefined
  readonly signal: AbortSignal
}

/** A user's password as it was given or generated. Shown once, to the caller, and kept nowhere. */
export type Credential = { readonly user: string; readonly password: string; readonly databases: readonly string[] }

export type DispatchAccepted = {
  readonly accepted: true
  /** What a view must have passed to show this. */
  readonly position: Position
  readonly instanceId: InstanceId | null
  readonly operationId: OperationId | null
  readonly tokenId: TokenId | null
  readonly credentials: readonly Credential[]
  /** The token in full (`coffer_...`), only as the answer of `IssueToken`. */
  readonly token: string | null
  /** True when an earlier command with the same idempotency key had done it. */
  readonly replayed: boolean
}

export type DispatchRejected = { readonly accepted: false; readonly rejection: Rejection }
export type DispatchAnswer = DispatchAccepted | DispatchRejected

/** Thrown by a dispatch that needs something which a host has registered with and which is not on offer yet. The same request may succeed soon. */
export class NotOfferedYet extends Error {
  override readonly name = 'NotOfferedYet'
  readonly code = 'NOT_OFFERED_YET'
}

/**
 * The one way to write: authorises, validates, answers what was accepted under a known idempotency key as before, decides and appends. Never throws for bad
 * input. Throws `EventStoreUnavailable` when the log can not be reached, and `MessageBusUnavailable` where a message on the bus is needed and can
 * not be, and `NotOfferedYet`: the same request may be repeated.
 */
export type Dispatch = (request: DispatchRequest) => Promise<DispatchAnswer>
