import type { HostId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { OperationKind, OperationSubject } from '../operation/events.ts'
import type { DatabaseSpec, Endpoint, Health, InstanceSpec, UserSpec } from '../values/instance-spec.ts'
import type { VolumeStage } from '../values/volume-use.ts'

/** Where an instance is while no operation changes it. */
export type RestingStatus = 'ACTIVE' | 'STOPPED' | 'FAILED' | 'MISSING'

export type OperationInProgress = {
  readonly operationId: OperationId
  readonly kind: OperationKind
  readonly epoch: number
  readonly deadline: string
  /** The generation of the engine before this operation. */
  readonly generation: number
}

type Known = {
  readonly instanceId: InstanceId
  readonly projectId: ProjectId
  readonly hostId: HostId
  /** Of the key that its passwords were sealed to, which its host destroys once they are set, or with the instance. */
  readonly sealingKey: number | null
  readonly name: string
  /** What held a name for it at an earlier revision of the project's stream came too late. */
  readonly nameFence: number
  readonly spec: InstanceSpec
  readonly health: Health
  readonly volumeStage: VolumeStage
  /** What has happened to the engine lately; null for nothing, or nothing that is not over. */
  readonly incident: string | null
  /** How often the engine was asked to start anew. */
  readonly generation: number
  /** The fencing epoch of the last operation that the log knows of. */
  readonly epoch: number
  /** The highest that its host is known to have seen: above `epoch + 1` only where the log has lost operations. */
  readonly seenEpoch: number
  /** Where clients were told to connect, and by which authorities to verify it; null before that was known. */
  readonly endpoint: Endpoint | null
  readonly caCertificate: string | null
  /** Every operation there ever was, oldest first: a repeated request is recognised by it. */
  readonly operationIds: readonly OperationId[]
}

/** `before`: where the instance was, and is again when the operation is undone. */
type Changing = { readonly operation: OperationInProgress; readonly before: RestingStatus }

type Provisioning = Known & {
  readonly status: 'PROVISIONING'
  readonly operation: OperationInProgress
  readonly databases: readonly DatabaseSpec[]
  readonly users: readonly UserSpec[]
}
/** `dataKept`: an engine and its data are there to be brought back, so more than deletion is possible. */
type Failed = Known & { readonly status: 'FAILED'; readonly dataKept: boolean }

export type InstanceState =
  /** `nameFence`: where the name that it was to have went to another. */
  | { readonly status: 'ABSENT'; readonly nameFence?: number }
  | Provisioning
  | (Known & { readonly status: 'ACTIVE' })
  | (Known & { readonly status: 'STOPPED' })
  /** Its host does not have it any more, or not yet again. */
  | (Known & { readonly status: 'MISSING' })
  | (Known & Changing & { readonly status: 'RESTARTING' | 'STOPPING' | 'STARTING' | 'DELETING' })
  /** `growsTo`: GiB. `dataKept`: as of `FAILED`, where it was that. */
  | (Known & Changing & { readonly status: 'RESIZING'; readonly growsTo: number })
  | Failed
  | (Known & { readonly status: 'DELETED' })

export type KnownInstance = Exclude<InstanceState, { readonly status: 'ABSENT' }>
export type ProvisioningInstance = Extract<InstanceState, { readonly status: 'PROVISIONING' }>
export type BusyInstance = Extract<InstanceState, { readonly operation: OperationInProgress }>

export const absentInstance: InstanceState = { status: 'ABSENT' }

export const isBusy = (state: InstanceState): state is BusyInstance => 'operation' in state

export const isInProgress = (state: InstanceState, operationId: OperationId): state is BusyInstance =>
  isBusy(state) && state.operation.operationId === operationId

/** The fencing epoch of an instance's first operation: its steps carry this one, what undoes them the next. */
export const firstEpoch = 1

/** That of the next operation: above what the last one may have used to undo its steps. */
export const nextEpoch = ({ epoch, seenEpoch }: Known): number => Math.max(epoch, seenEpoch) + 2

/** What the instance holds of quota and capacity: while its volume grows, what it is to have. */
export const specHeld = (state: KnownInstance): InstanceSpec =>
  state.status === 'RESIZING' ? { ...state.spec, volumeGiB: state.growsTo } : state.spec

/** What the process of the operation in progress needs to know; null when the instance is at rest. */
export const operationSubject = (state: InstanceState): OperationSubject | null => {
  if (!isBusy(state)) return null
  const accounts = state.status === 'PROVISIONING' ? state : { databases: [], users: [] }
  return {
    instanceId: state.instanceId,
    projectId: state.projectId,
    hostId: state.hostId,
    sealingKey: state.sealingKey,
    name: state.name,
    spec: specHeld(state),
    generation: state.operation.generation,
    epoch: state.operation.epoch,
    databases: [...accounts.databases],
    users: [...accounts.users],
    ...('before' in state && state.before === 'MISSING' && { missing: true, port: state.endpoint?.port ?? null }),
  }
}
