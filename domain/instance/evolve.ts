import { unreachable } from '../decider.ts'
import type { OperationId } from '../ids.ts'
import type { OperationKind } from '../operation/events.ts'
import type { InstanceEvent } from './events.ts'
import type { InstanceState, KnownInstance, OperationInProgress, RestingStatus } from './state.ts'

type Requested = { readonly operationId: OperationId; readonly epoch: number; readonly deadline: string }

export const evolve = (state: InstanceState, event: InstanceEvent): InstanceState => {
  if (event.type === 'InstanceRequested') {
    const { instanceId, projectId, hostId, sealingKey, name, spec, databases, users } = event.data
    return {
      status: 'PROVISIONING',
      instanceId,
      projectId,
      hostId,
      sealingKey,
      name,
      nameFence: 0,
      spec,
      health: 'UNKNOWN',
      volumeStage: 'ROOMY',
      incident: null,
      generation: 0,
      epoch: event.data.epoch,
      seenEpoch: 0,
      endpoint: null,
      caCertificate: null,
      operationIds: [event.data.operationId],
      operation: inProgress('provision', event.data, 0),
      databases,
      users,
    }
  }
  if (event.type === 'InstanceAdopted') {
    const { endpoint, caCertificate, ...adopted } = event.data
    return {
      ...adopted,
      nameFence: state.nameFence ?? 0,
      seenEpoch: adopted.epoch,
      sealingKey: null,
      health: 'UNKNOWN',
      volumeStage: 'ROOMY',
      incident: null,
      endpoint,
      caCertificate: endpoint && caCertificate,
      operationIds: state.status === 'ABSENT' ? [] : state.operationIds,
    }
  }
  if (event.type === 'InstanceNameLapsed') return { ...state, nameFence: event.data.nameFence }
  if (state.status === 'ABSENT') return state
  switch (event.type) {
    case 'InstanceProvisioned': {
      const { endpoint, caCertificate } = event.data
      return { status: 'ACTIVE', ...known(state), endpoint, caCertificate }
    }
    case 'InstanceRestarted':
    case 'InstanceStarted':
      return { status: 'ACTIVE', ...known(state) }
    case 'InstanceStopped':
      return { status: 'STOPPED', ...known(state) }
    case 'InstanceDeleted':
      return { status: 'DELETED', ...known(state) }
    case 'InstanceProvisioningFailed':
      return { status: 'FAILED', ...known(state), dataKept: false }
    case 'InstanceOperationFailed':
      if (event.data.status !== 'FAILED') return { status: event.data.status, ...known(state) }
      // A deletion that failed may have taken some of the data already.
      return { status: 'FAILED', ...known(state), dataKept: state.status !== 'DELETING' }
    case 'InstanceReconciled': {
      const { status, epoch } = event.data
      return { status, ...known(state), ...raised(state, event.data), epoch, ...seen(state, event.data) }
    }
    case 'InstanceNumbersRaised':
      return { ...state, ...raised(state, event.data) }
    case 'InstanceEndpointChanged':
      return { ...state, endpoint: event.data.endpoint, caCertificate: event.data.caCertificate }
    case 'InstanceMoved': {
      if (state.status !== 'PROVISIONING') return state
      const { operationId: _, ...place } = event.data
      return { ...state, ...place, operation: { ...state.operation, epoch: place.epoch } }
    }
    case 'InstanceRenamed':
      return { ...state, name: event.data.name, nameFence: event.data.nameFence ?? state.nameFence }
    case 'InstanceHealthChanged':
      return { ...state, ...seen(state, event.data) }
    case 'InstanceRestartRequested':
      return { status: 'RESTARTING', ...begun(state, 'restart', event.data), generation: state.generation + 1 }
    case 'InstanceStopRequested':
      return { status: 'STOPPING', ...begun(state, 'stop', event.data) }
    case 'InstanceStartRequested':
      return { status: 'STARTING', ...begun(state, 'start', event.data) }
    case 'InstanceVolumeGrowthRequested':
      return { status: 'RESIZING', ...begun(state, 'grow', event.data), growsTo: event.data.volumeGiB }
    case 'InstanceVolumeGrown':
      return resting({ ...state, spec: { ...state.spec, volumeGiB: event.data.volumeGiB } }, event.data.status)
    case 'InstanceVolumeGrowthFailed':
      return resting(state, event.data.status)
    case 'InstanceDeletionRequested':
      return { status: 'DELETING', ...begun(state, 'delete', event.data) }
    default:
      return unreachable(event)
  }
}

const resting = (state: KnownInstance, status: RestingStatus): InstanceState => {
  return status === 'FAILED' ? { status, ...known(state), dataKept: true } : { status, ...known(state) }
}

const inProgress = (kind: OperationKind, requested: Requested, generation: number): OperationInProgress => ({
  operationId: requested.operationId,
  kind,
  epoch: requested.epoch,
  deadline: requested.deadline,
  generation,
})

const begun = (state: KnownInstance, kind: OperationKind, requested: Requested) => ({
  ...known(state),
  epoch: requested.epoch,
  operationIds: [...state.operationIds, requested.operationId],
  operation: inProgress(kind, requested, state.generation),
  before: restingStatus(state),
})

const restingStatus = (state: KnownInstance): RestingStatus =>
  state.status === 'ACTIVE' || state.status === 'STOPPED' || state.status === 'MISSING' ? state.status : 'FAILED'

type Seen = Extract<InstanceEvent, { readonly type: 'InstanceHealthChanged' | 'InstanceReconciled' }>['data']

/** What is absent is as it was. */
const seen = (state: KnownInstance, { health, volumeStage, incident }: Seen) => ({
  health,
  volumeStage: volumeStage ?? state.volumeStage,
  incident: incident === undefined ? state.incident : incident,
})

const raised = (state: KnownInstance, seen: { readonly epoch: number; readonly generation: number }) => ({
  seenEpoch: Math.max(state.seenEpoch, seen.epoch),
  generation: Math.max(state.generation, seen.generation),
})

/** What an instance keeps from one status to the next. */
const known = (state: KnownInstance) => ({
  instanceId: state.instanceId,
  projectId: state.projectId,
  hostId: state.hostId,
  sealingKey: state.sealingKey,
  name: state.name,
  nameFence: state.nameFence,
  spec: state.spec,
  health: state.health,
  volumeStage: state.volumeStage,
  incident: state.incident,
  generation: state.generation,
  epoch: state.epoch,
  seenEpoch: state.seenEpoch,
  endpoint: state.endpoint,
  caCertificate: state.caCertificate,
  operationIds: state.operationIds,
})
