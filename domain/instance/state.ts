import type { OperationId } from '../ids.ts'
import type { OperationSubject } from '../operation/subject.ts'
import type { InstanceSpec } from '../values/instance-spec.ts'
import type { Known, RestingStatus } from './known.ts'
import { type OperationKind, operationOf, type operations, type WishOf } from './operations.ts'

/** The operation that changes the instance. */
type InProgress<K extends OperationKind> = {
  readonly operationId: OperationId
  readonly kind: K
  readonly wish: WishOf<K>
  readonly epoch: number
  readonly deadline: string
  /** The generation of the engine before this operation. */
  readonly generation: number
}
export type OperationInProgress = { readonly [K in OperationKind]: InProgress<K> }[OperationKind]

/** `before`: where the instance was, and is again when the operation is undone. */
type Busy = {
  readonly [K in OperationKind]: Known & {
    readonly status: (typeof operations)[K]['meanwhile']
    readonly operation: InProgress<K>
    readonly before: RestingStatus
  }
}[OperationKind]

/**
 * `dataKept`: an engine and its data are there to be brought back, so more than deletion is possible. `mayYetStop`: what undoes the operation that failed stops
 * the engine, and its host has not said that it did.
 */
type Failed = Known & { readonly status: 'FAILED'; readonly dataKept: boolean; readonly mayYetStop: boolean }

export type InstanceState =
  /** `nameFence`: where the name that it was to have went to another. */
  | { readonly status: 'ABSENT'; readonly nameFence?: number }
  | Busy
  | (Known & { readonly status: 'ACTIVE' })
  | (Known & { readonly status: 'STOPPED' })
  /** Its host does not have it any more, or not yet again. */
  | (Known & { readonly status: 'MISSING' })
  | Failed
  | (Known & { readonly status: 'DELETED' })

export type KnownInstance = Exclude<InstanceState, { readonly status: 'ABSENT' }>
export type ProvisioningInstance = Extract<Busy, { readonly status: 'PROVISIONING' }>
export type BusyInstance = Busy

export const absentInstance: InstanceState = { status: 'ABSENT' }

export const isBusy = (state: InstanceState): state is BusyInstance => 'operation' in state

export const isInProgress = (state: InstanceState, operationId: OperationId): state is BusyInstance =>
  isBusy(state) && state.operation.operationId === operationId

/** The fencing epoch of an instance's first operation: its steps carry this one, what undoes them the next. */
export const firstEpoch = 1

/** That of the next operation: above what the last one may have used to undo its steps. */
export const nextEpoch = ({ epoch, seenEpoch }: Known): number => Math.max(epoch, seenEpoch) + 2

/** What the instance holds of quota and capacity: while its operation asks for more, that. */
export const specHeld = (state: KnownInstance): InstanceSpec => {
  if (!isBusy(state)) return state.spec
  const { kind, wish } = state.operation
  return operationOf(kind).holds?.(state.spec, wish) ?? state.spec
}

/** What the process of the operation in progress needs to know; null when the instance is at rest. */
export const operationSubject = (state: InstanceState): OperationSubject | null => {
  if (!isBusy(state)) return null
  const { operation } = state
  const { databases, users } = operation.kind === 'provision' ? operation.wish : { databases: [], users: [] }
  const wish = operation.kind === 'provision' ? {} : operation.wish
  return {
    instanceId: state.instanceId,
    projectId: state.projectId,
    hostId: state.hostId,
    sealingKey: state.sealingKey,
    name: state.name,
    spec: specHeld(state),
    generation: state.operation.generation,
    epoch: state.operation.epoch,
    ...(Object.keys(wish).length > 0 && { wish: { ...wish } }),
    databases: [...databases],
    users: [...users],
    ...(state.before === 'MISSING' && { missing: true, port: state.endpoint?.port ?? null }),
  }
}
