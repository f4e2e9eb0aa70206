import type { OperationId } from '../ids.ts'
import type { OperationSubject } from '../operation/subject.ts'
import type { InstanceSpec } from '../values/instance-spec.ts'
import type { Known, RestingStatus } from './known.ts'
import { primaryOf } from './nodes.ts'
import type { OperationKind } from './operation-kinds.ts'
import { type ExclusiveKind, type operations, respec, type SharedKind, type WishOf } from './operations.ts'

/** An operation that was asked for and has not ended. */
type InProgress<K extends OperationKind> = {
  readonly operationId: OperationId
  readonly kind: K
  readonly wish: WishOf<K>
  readonly epoch: number
  readonly deadline: string
  /** The generation of the engine before this operation. */
  readonly generation: number
}
/** The one that changes what runs. */
export type OperationInProgress = { readonly [K in ExclusiveKind]: InProgress<K> }[ExclusiveKind]
export type SharedInProgress = { readonly [K in SharedKind]: InProgress<K> }[SharedKind]
export type Ongoing = OperationInProgress | SharedInProgress

/** `shared`: what goes on beside all else, in the order in which it was asked for. */
type Present = Known & { readonly shared: readonly SharedInProgress[] }

/**
 * `before`: where the instance was, and is again when the operation is undone. The status follows from the kind of the operation in progress.
 */
type Busy = {
  readonly [K in ExclusiveKind]: Present & {
    readonly status: (typeof operations)[K]['meanwhile']
    readonly operation: InProgress<K>
    readonly before: RestingStatus
  }
}[ExclusiveKind]

/**
 * `dataKept`: an engine and its data are there to be brought back, so more than deletion is possible. `mayYetStop`: what undoes the operation that failed stops
 * the engine, and its host has not said that it did.
 */
type Failed = Present & { readonly status: 'FAILED'; readonly dataKept: boolean; readonly mayYetStop: boolean }

export type InstanceState =
  /** `nameFence`: where the name that it was to have went to another. */
  | { readonly status: 'ABSENT'; readonly nameFence?: number }
  | Busy
  | (Present & { readonly status: 'ACTIVE' })
  | (Present & { readonly status: 'STOPPED' })
  /** Its host does not have it any more, or not yet again. */
  | (Present & { readonly status: 'MISSING' })
  | Failed
  | (Present & { readonly status: 'DELETED' })

export type KnownInstance = Exclude<InstanceState, { readonly status: 'ABSENT' }>
export type ProvisioningInstance = Extract<Busy, { readonly status: 'PROVISIONING' }>
export type BusyInstance = Busy

export const absentInstance: InstanceState = { status: 'ABSENT' }

export const isBusy = (state: InstanceState): state is BusyInstance => 'operation' in state

/** The operation of this id, of either lane; null where it is not in progress. */
export const ongoingOf = (state: InstanceState, operationId: OperationId): Ongoing | null =>
  isInProgress(state, operationId) ? state.operation : sharedOf(state, operationId)

/** The shared operation of this id; null where it is not in progress. */
export const sharedOf = (state: InstanceState, operationId: OperationId): SharedInProgress | null =>
  state.status === 'ABSENT' ? null : (state.shared.find((one) => one.operationId === operationId) ?? null)

/** Whether this operation is the one that changes the instance. */
export const isInProgress = (state: InstanceState, operationId: OperationId): state is BusyInstance =>
  isBusy(state) && state.operation.operationId === operationId

/** The fencing epoch of the first operation of a lane: its steps carry this one, what undoes them the next. */
export const firstEpoch = 1

/** That of the next operation: above what the last one may have used to undo its steps. */
export const nextEpoch = ({ epoch, seenEpoch }: Known): number => Math.max(epoch, seenEpoch) + 2

export const nextSharedEpoch = ({ sharedEpoch }: Known): number => sharedEpoch + 2

/** Where the instance is, or was before the operation in progress. */
export const restingStatusOf = (state: Exclude<KnownInstance, { readonly status: 'DELETED' }>): RestingStatus =>
  isBusy(state) ? state.before : state.status

/** What the instance is, or is to be by the operation that changes it. */
const specOf = (state: KnownInstance, { operationId }: Ongoing): InstanceSpec => {
  if (!isInProgress(state, operationId)) return state.spec
  const { kind, wish } = state.operation
  return respec(kind, state.spec, wish)
}

/** What the process of an operation in progress needs to know; null when it is not in progress. */
export const operationSubject = (state: InstanceState, operationId: OperationId): OperationSubject | null => {
  const operation = ongoingOf(state, operationId)
  if (!operation || state.status === 'ABSENT') return null
  const { databases, users, source } =
    operation.kind === 'provision' ? operation.wish : { databases: [], users: [], source: null }
  const wish = operation.kind === 'provision' ? {} : operation.wish
  const spec = specOf(state, operation)
  const isMissing = isBusy(state) && state.before === 'MISSING'
  const { nodeId, hostId, sealingKey, generation: nodeGeneration } = primaryOf(state)
  return {
    instanceId: state.instanceId,
    projectId: state.projectId,
    nodeId,
    nodeGeneration,
    hostId,
    sealingKey,
    name: state.name,
    spec,
    ...(spec !== state.spec && { formerSpec: state.spec }),
    generation: operation.generation,
    epoch: operation.epoch,
    ...(Object.keys(wish).length > 0 && { wish: { ...wish } }),
    ...(source && { source }),
    databases: [...databases],
    users: [...users],
    ...(isMissing && { missing: true, port: state.endpoint?.port ?? null }),
  }
}
