import type { Position } from '../commands/ports/event-store.ts'
import type { RolloutOutcome } from '../domain/configuration/events.ts'
import type { DeadLetterStatus } from '../domain/dead-letter/state.ts'
import type { Engine, FoundInstance, InstanceLimit, Isolation } from '../domain/host/events.ts'
import type {
  BackupId,
  ConfigurationId,
  DeadLetterId,
  FlavorId,
  HostId,
  InstanceId,
  JoinTokenId,
  NodeId,
  OperationId,
  ProjectId,
  ScheduleId,
  TokenId,
} from '../domain/ids.ts'
import type { KnownConfiguration } from '../domain/instance/known.ts'
import type { NodeRole } from '../domain/instance/nodes.ts'
import type { OperationKind } from '../domain/instance/operation-kinds.ts'
import type { Actor, Role } from '../domain/metadata.ts'
import type { QuotaLimits } from '../domain/project/events.ts'
import type { UnreadableReason } from '../domain/read-event.ts'
import type { Rejection } from '../domain/rejection.ts'
import type { ScheduledAction } from '../domain/schedule/action-names.ts'
import type { StreamName } from '../domain/stream.ts'
import type { Fault } from '../domain/values/fault.ts'
import type { Health } from '../domain/values/health.ts'
import type { DatastoreType, Endpoint } from '../domain/values/instance-spec.ts'
import type { KnownUser } from '../domain/values/known-accounts.ts'
import type { Parameter, ParameterValues } from '../domain/values/parameter.ts'
import type { Resources } from '../domain/values/resources.ts'
import type { VolumeStage } from '../domain/values/volume-use.ts'

/** Lists and look-ups are by these names. */
export const viewNames = [
  'instances',
  'operations',
  'hosts',
  'datastores',
  'parameters',
  'configurations',
  'flavors',
  'quotas',
  'tokens',
  'join-tokens',
  'backups',
  'schedules',
  'events',
  'dead-letters',
  'unreadable',
] as const
export type ViewName = (typeof viewNames)[number]

export const instanceStatuses = [
  'PROVISIONING',
  'ACTIVE',
  'RESTARTING',
  'RESIZING',
  'CONFIGURING',
  'UPGRADING',
  'PROMOTING',
  'RESTORING',
  'STOPPING',
  'STOPPED',
  'STARTING',
  'DELETING',
  'DELETED',
  'FAILED',
  'MISSING',
] as const
export type InstanceStatus = (typeof instanceStatuses)[number]

/**
 * Times are ISO 8601 UTC. Key: the id. Sorted by id, thus by age. Indexes: `project` by project id, `all` under `all`, `name` by
 * `<project id>/<name>`; and `project-live`, `all-live`, `name-live`, the same without those that are deleted. Of these also `state`, by which they
 * are counted (`stateOf` in views/instances.ts), and `volume-stage`.
 */
export type InstanceDocument = {
  readonly id: InstanceId
  readonly projectId: ProjectId
  readonly name: string
  readonly status: InstanceStatus
  readonly health: Health
  readonly healthReason: string | null
  /** How full its volume is. */
  readonly volumeStage: VolumeStage
  /** What has happened to the engine lately; null for nothing. */
  readonly incident: string | null
  readonly datastore: DatastoreType
  readonly version: string
  readonly flavor: FlavorId
  readonly resources: Resources
  /** Of its primary node. */
  readonly hostId: HostId
  readonly nodes: readonly NodeDocument[]
  readonly endpoint: Endpoint | null
  readonly caCertificate: string | null
  readonly databases: readonly string[]
  readonly users: readonly KnownUser[]
  readonly configuration: KnownConfiguration
  /** The operation that is changing the instance now. */
  readonly operationId: OperationId | null
  /** Of those that go on beside it, oldest first. */
  readonly sharedOperationIds: readonly OperationId[]
  /** Of the last operation, if it failed. */
  readonly fault: Fault | null
  readonly createdAt: string
  readonly updatedAt: string
  /** Where in the log the event is that set the status. */
  readonly statusPosition: Position
  /** Where the event is that set the health and its reason. */
  readonly healthPosition: Position
  /** The revision of the instance's stream: what `expectedVersion` is compared with. */
  readonly stateVersion: number
}

/** One placement of an instance. */
export type NodeDocument = {
  readonly id: NodeId
  readonly hostId: HostId
  readonly role: NodeRole
  /** 1 for the first, and one more for each that took the place of another. */
  readonly generation: number
}

export const operationStatuses = ['PENDING', 'RUNNING', 'COMPENSATING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] as const
export type OperationStatus = (typeof operationStatuses)[number]
export type StepStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED'

export type OperationStep = {
  readonly name: string
  readonly status: StepStatus
  readonly compensating: boolean
  readonly startedAt: string | null
  readonly endedAt: string | null
  /** 0 to 1. */
  readonly progress: number
  readonly message: string | null
  readonly fault: Fault | null
}

/**
 * Exists from the event that asked for it on (`PENDING`). Key: the id. Sorted by id. Indexes: `project`, `instance`, `all`; and
 * `project-open`, `all-open`: those that have not ended.
 */
export type OperationDocument = {
  readonly id: OperationId
  readonly kind: OperationKind
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly status: OperationStatus
  readonly steps: readonly OperationStep[]
  readonly fault: Fault | null
  readonly cancellationRequested: boolean
  readonly deadline: string
  readonly requestedBy: Actor
  readonly createdAt: string
  readonly endedAt: string | null
}

/**
 * A document that adds up the events of one stream. `flaws`: revisions of the stream that cannot be read and were not left out, and 0 where the head is
 * missing. While there is one, what it adds up may be wrong.
 */
export type WithFlaws = { readonly flaws: readonly number[] }

/** `UNREADABLE`: its history is not whole or lacks the registration, so nothing is placed on it. */
export const hostStatuses = ['UP', 'LOST', 'UNREADABLE'] as const

export type UnlistedInstance = FoundInstance & { readonly instanceId: InstanceId; readonly foundAt: string }

/** Key: the id. Indexes: `all`, and `status` by status; sorted by id. */
export type HostDocument = WithFlaws & {
  readonly id: HostId
  readonly name: string
  readonly address: string
  readonly agentVersion: string
  /** As far as its history can be read: see `hostStatusOf`. */
  readonly status: Exclude<(typeof hostStatuses)[number], 'UNREADABLE'>
  readonly caCertificate: string
  /** What it signs by (Ed25519, base64url); null for an agent of before messages were signed. */
  readonly signingKey: string | null
  /** That somebody else came with; null for none since the host has its key. */
  readonly refusedKey: string | null
  readonly capacity: Resources
  readonly instanceLimit?: InstanceLimit | undefined
  /** What the `ClaimDocument`s of the host add up to. */
  readonly claimed: Resources
  readonly engines: readonly Engine[]
  readonly isolation: Isolation
  /** What it has and the log does not know of. */
  readonly unlisted: readonly UnlistedInstance[]
  /** Null where its registration is missing. */
  readonly registeredAt: string | null
  readonly updatedAt: string | null
}

export const hostStatusOf = ({ status, flaws, registeredAt }: HostDocument): (typeof hostStatuses)[number] =>
  flaws.length > 0 || registeredAt === null ? 'UNREADABLE' : status

/**
 * One claim on a host, in the view `hosts`. Apart from the host's document, so that a claim costs the same however many there are.
 * Key: `<host id>/<instance id>`. Index: `host` by host id, sorted by instance id.
 */
export type ClaimDocument = {
  readonly hostId: HostId
  readonly instanceId: InstanceId
  readonly resources: Resources
}

/** Key: the type. Index: `all`. `versions`: offered and not withdrawn, newest first. */
export type DatastoreDocument = {
  readonly type: DatastoreType
  readonly versions: readonly string[]
  readonly withdrawn: readonly string[]
  readonly defaultVersion: string | null
  /** True when an admin chose the default; else it follows the newest. */
  readonly defaultPinned: boolean
}

/** Key: the id. Indexes: `project`, `all`. One that is deleted is not there any more. */
export type ConfigurationDocument = {
  readonly id: ConfigurationId
  readonly projectId: ProjectId
  readonly name: string
  readonly description: string
  readonly datastore: DatastoreType
  readonly version: string
  readonly revision: number
  readonly values: ParameterValues
  /** Those that follow it, and at which revision they are. */
  readonly instances: Readonly<Record<InstanceId, number>>
  /** The last one; null before the first. */
  readonly rollout: RolloutDocument | null
  readonly createdAt: string
  readonly createdBy: Actor
  readonly updatedAt: string
}

/** `status`: `RUNNING` until it has ended. `instanceId` and `reason`: of the first instance that failed; null else. */
export type RolloutDocument = {
  readonly revision: number
  readonly restart: boolean
  readonly parallelism: number
  readonly status: 'RUNNING' | RolloutOutcome
  readonly instanceId: InstanceId | null
  readonly reason: string | null
}

/** Key: datastore and version, such as `postgresql-17.10`. In no list: only its owner's version is asked for. */
export type ParametersDocument = {
  readonly datastore: DatastoreType
  readonly version: string
  readonly parameters: readonly Parameter[]
}

/** Key: the id. Index: `all`; sorted by vCPUs, memory, id. Retired flavors stay, marked. */
export type FlavorDocument = {
  readonly id: FlavorId
  readonly vcpus: number
  readonly memoryMiB: number
  readonly description: string
  readonly retired: boolean
}

/** Key: the project's id. Index: `all`. `limits` null: the configured defaults hold. */
export type QuotaDocument = WithFlaws & {
  readonly projectId: ProjectId
  readonly limits: QuotaLimits | null
  /** What the `HoldingDocument`s of the project add up to. */
  readonly used: QuotaLimits
}

/**
 * What one instance takes of its project's quota, reserved or committed; in the view `quotas`. Key: `<project id>/<instance id>`.
 * Index: `project` by project id, sorted by instance id.
 */
export type HoldingDocument = {
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly resources: Resources
}

/** Key: the id. Indexes: `project`, `all`. */
export type TokenDocument = {
  readonly id: TokenId
  readonly projectId: ProjectId
  readonly name: string
  readonly role: Role
  /** The tokens that it came from: it ends with each of them. */
  readonly ancestors: readonly TokenId[]
  readonly secretHash: string
  readonly expiresAt: string | null
  readonly revoked: boolean
  readonly createdAt: string
  readonly createdBy: Actor
}

/** Key: the id. Index: `all`. */
export type JoinTokenDocument = {
  readonly id: JoinTokenId
  /** The one host that it is for; null for any that is not known yet. */
  readonly hostId: HostId | null
  readonly expiresAt: string
  readonly revoked: boolean
  readonly used: { readonly hostId: HostId; readonly at: string } | null
  readonly createdAt: string
  readonly createdBy: Actor
}

export const backupStatuses = ['CREATING', 'AVAILABLE', 'FAILED', 'DELETING'] as const
export type BackupStatus = (typeof backupStatuses)[number]

/** Key: the id. Times are ISO 8601. Indexes: `project`, `instance`, `all`. */
export type BackupDocument = {
  readonly id: BackupId
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  /** As it was then. */
  readonly instanceName: string
  readonly name: string
  readonly status: BackupStatus
  readonly operationId: OperationId
  readonly datastore: DatastoreType
  readonly version: string
  readonly volumeGiB: number
  readonly databases: readonly string[]
  readonly users: readonly string[]
  /** Null until it is available, as the two below. */
  readonly bytes: number | null
  readonly storedBytes: number | null
  readonly location: string | null
  readonly fault: Fault | null
  /** Why what the store has of it could not be removed yet. */
  readonly removalPostponed: string | null
  /** What came of restoring it last; null: nobody has tried. */
  readonly proof: BackupProofDocument | null
  /** It is being restored, to be read and deleted then. */
  readonly verification: { readonly operationId: OperationId; readonly begunAt: string } | null
  readonly createdAt: string
  readonly createdBy: Actor
  readonly completedAt: string | null
}

export type BackupProofDocument = {
  readonly status: 'PROVEN' | 'FAILED'
  readonly at: string
  /** From the wish to the end of reading it. */
  readonly tookMs: number
  /** Null where it failed, as the one below. */
  readonly tables: number | null
  readonly rows: number | null
  readonly fault: Fault | null
}

export const scheduleStatuses = ['ENABLED', 'PAUSED'] as const
export type ScheduleStatus = (typeof scheduleStatuses)[number]

/** Key: the id. Times are ISO 8601. Indexes: `project`, `instance`, `all`. */
export type ScheduleDocument = {
  readonly id: ScheduleId
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly action: ScheduledAction
  readonly cron: string
  readonly timeZone: string
  readonly lateMinutes: number
  readonly status: ScheduleStatus
  /** Null where it was not Coffer that paused it. */
  readonly pausedBecause: string | null
  /** Null while it is paused. */
  readonly nextDue: string | null
  readonly lastRun: ScheduleRunDocument | null
  /** The first and the last moment at which it was due and nobody was there in time. */
  readonly lastSkipped: { readonly from: string; readonly until: string } | null
  readonly createdAt: string
  readonly createdBy: Actor
  /** When somebody last changed it. */
  readonly updatedAt: string
}

export type ScheduleRunDocument = {
  readonly due: string
  readonly status: 'ASKED' | 'ACCEPTED' | 'REFUSED'
  /** Null also where there was nothing to do. */
  readonly operationId: OperationId | null
  readonly refusal: Pick<Rejection, 'code' | 'message'> | null
}

/**
 * What the view `events` has of every event: what the audit log is filtered by and where the event is in the log, which has all the rest.
 * `projectId`: null also for an event of a stream that projects share. Key and sort key: the position, zero-padded to 16 digits. Indexes: `project`, `instance`, `operation`, `all`.
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
  /** Empty where the event cannot be read. */
  readonly data: Readonly<Record<string, unknown>>
  readonly unreadable: AuditFault | null
}

/** Why the log does not say more of an event. `MISSING`: the event store does not have it any more. */
export type AuditFault = { readonly reason: UnreadableReason | 'MISSING'; readonly detail: string }

/**
 * An event that this program cannot read, and whether it was declared left out. Key: `<stream>/<revision>`. Index: `all`, sorted by position.
 */
export type UnreadableDocument = {
  readonly id: string
  readonly position: Position
  readonly stream: StreamName
  readonly revision: number
  /** As it is stored. */
  readonly type: string
  readonly reason: UnreadableReason
  readonly detail: string
  readonly excluded: { readonly at: string; readonly by: Actor; readonly note: string } | null
}

/**
 * What became of a message that was parked, once an admin has decided: the message itself is on the bus. Key: the id. Only ever looked up,
 * so it stands in no list.
 */
export type DeadLetterDocument = {
  readonly id: DeadLetterId
  readonly status: Exclude<DeadLetterStatus, 'OPEN'>
  readonly resolvedAt: string
  readonly resolvedBy: Actor
}
