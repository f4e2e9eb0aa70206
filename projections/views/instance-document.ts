import type { Position } from '../../commands/ports/event-store.ts'
import type { FlavorId, HostId, InstanceId, NodeId, OperationId, ProjectId } from '../../domain/ids.ts'
import type { KnownConfiguration } from '../../domain/instance/known.ts'
import type { NodeRole } from '../../domain/instance/nodes.ts'
import type { Fault } from '../../domain/values/fault.ts'
import type { Health } from '../../domain/values/health.ts'
import type { InstanceDetails } from '../../domain/values/instance-details.ts'
import type { DatastoreType, Endpoint } from '../../domain/values/instance-spec.ts'
import type { KnownUser } from '../../domain/values/known-accounts.ts'
import type { ObservedAccounts } from '../../domain/values/observed-accounts.ts'
import type { Resources } from '../../domain/values/resources.ts'
import type { VolumeStage } from '../../domain/values/volume-use.ts'

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
export type InstanceDocument = InstanceDetails & {
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
  readonly rootEnabled: boolean
  /** What is in the engine behind Coffer's back. */
  readonly observed: ObservedAccounts
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
