import { unreachable } from '../decider.ts'
import { noDetails } from '../values/instance-details.ts'
import { firstAccounts, noAccounts } from '../values/known-accounts.ts'
import { nothingObserved, observedAfter } from '../values/observed-accounts.ts'
import { mostResources, resourcesOf } from '../values/resources.ts'
import type { InstanceEvent } from './events.ts'
import { noConfiguration, type RestingStatus } from './known.ts'
import type { AnyExclusive, AnyShared, Asked, Ended, InstanceChange } from './operations/define-operation.ts'
import {
  type ExclusiveKind,
  type FailedType,
  operationOf,
  type Phase,
  phaseOf,
  type RequestedType,
  respec,
  type SucceededType,
} from './operations.ts'
import {
  type BusyInstance,
  type InstanceState,
  isBusy,
  type KnownInstance,
  restingStatusOf,
  type SharedInProgress,
} from './state.ts'

type OfOperation = RequestedType | SucceededType | FailedType
type OperationEvent = Extract<InstanceEvent, { readonly type: OfOperation }>
/** These may come before anything is known of the instance. */
type Beginning = Extract<
  InstanceEvent,
  { readonly type: 'InstanceRequested' | 'InstanceAdopted' | 'InstanceNameLapsed' }
>

export const evolve = (state: InstanceState, event: InstanceEvent): InstanceState => {
  if (event.type === 'InstanceRequested') {
    const {
      instanceId,
      projectId,
      nodeId,
      hostId,
      sealingKey,
      name,
      spec,
      databases,
      users,
      source = null,
      details = noDetails,
    } = event.data
    const { operationId, epoch, deadline } = event.data
    const wish = { databases, users, source }
    return {
      status: 'PROVISIONING',
      before: 'FAILED',
      instanceId,
      projectId,
      nodes: [{ nodeId, hostId, role: 'primary', generation: 1, sealingKey }],
      name,
      nameFence: 0,
      spec,
      held: resourcesOf(spec),
      health: 'UNKNOWN',
      volumeStage: 'ROOMY',
      incident: null,
      healthSequence: 0,
      generation: 0,
      epoch,
      seenEpoch: 0,
      sharedEpoch: 0,
      details,
      accounts: firstAccounts(event.data),
      observed: nothingObserved,
      configuration: noConfiguration,
      shared: [],
      endpoint: null,
      caCertificate: null,
      operationIds: [operationId],
      operation: { kind: 'provision', operationId, wish, epoch, deadline, generation: 0 },
    }
  }
  if (event.type === 'InstanceAdopted') {
    const { endpoint, caCertificate, nodeId, hostId, nodeGeneration, ...adopted } = event.data
    return {
      ...adopted,
      held: resourcesOf(adopted.spec),
      nameFence: state.nameFence ?? 0,
      seenEpoch: adopted.epoch,
      sharedEpoch: state.status === 'ABSENT' ? 0 : state.sharedEpoch,
      details: noDetails,
      accounts: noAccounts,
      observed: nothingObserved,
      configuration: noConfiguration,
      shared: [],
      nodes: [{ nodeId, hostId, role: 'primary', generation: nodeGeneration, sealingKey: null }],
      health: 'UNKNOWN',
      volumeStage: 'ROOMY',
      incident: null,
      healthSequence: 0,
      endpoint,
      caCertificate: endpoint && caCertificate,
      operationIds: state.status === 'ABSENT' ? [] : state.operationIds,
    }
  }
  if (event.type === 'InstanceNameLapsed') return { ...state, nameFence: event.data.nameFence }
  if (state.status === 'ABSENT') return state
  return isOfOperation(event) ? evolveOperation(state, event) : evolveOwn(state, event)
}

const isOfOperation = (event: InstanceEvent): event is OperationEvent => phaseOf(event.type) !== null

const evolveOwn = (state: KnownInstance, event: Exclude<InstanceEvent, OperationEvent | Beginning>): InstanceState => {
  switch (event.type) {
    case 'InstanceReconciled': {
      const { status, epoch } = event.data
      return { status, ...known(state), ...raised(state, event.data), epoch, ...seen(state, event.data) }
    }
    case 'InstanceHostRemoved':
      return { status: 'FAILED', ...known(state), health: 'UNREACHABLE', dataKept: false, mayYetStop: false }
    case 'InstanceNumbersRaised':
      return { ...state, ...raised(state, event.data) }
    case 'InstanceDetailsChanged':
      return { ...state, details: { ...state.details, ...event.data } }
    case 'InstanceEndpointChanged':
      return { ...state, endpoint: event.data.endpoint, caCertificate: event.data.caCertificate }
    case 'InstanceMoved': {
      if (state.status !== 'PROVISIONING') return state
      const { users, epoch, nodeId, hostId, sealingKey } = event.data
      const { operation } = state
      return {
        ...state,
        epoch,
        nodes: state.nodes.map((node) =>
          node.role === 'primary' ? { ...node, nodeId, hostId, sealingKey, generation: node.generation + 1 } : node,
        ),
        // Another host counts its messages for itself.
        healthSequence: 0,
        operation: { ...operation, epoch, wish: { ...operation.wish, users } },
      }
    }
    case 'InstanceRenamed':
      return { ...state, name: event.data.name, nameFence: event.data.nameFence ?? state.nameFence }
    case 'InstanceConfigurationReported':
      return { ...state, configuration: { ...state.configuration, ...event.data } }
    case 'InstanceAccountsObserved':
      return { ...state, observed: event.data }
    case 'InstanceHealthChanged':
      return { ...state, ...seen(state, event.data) }
    default:
      return unreachable(event)
  }
}

/** What an event of an operation makes of the instance follows from the definition of its kind. */
const evolveOperation = (state: KnownInstance, event: OperationEvent): InstanceState => {
  const told = phaseOf(event.type)
  if (!told) return state
  const { phase, operation } = told
  const data: Readonly<Record<string, unknown>> = event.data
  if (operation.lane === 'shared') return evolveShared(state, operation, phase, data)
  if (phase === 'requested') return begun(state, operation, data as Asked)
  // Several kinds may fail with the same event: then the one in progress is meant.
  if (phase === 'failed') {
    const failing = isBusy(state) ? operationOf<ExclusiveKind>(state.operation.kind) : operation
    const change = failing.changesFailing ? failing.changesFailing(data) : {}
    const left = change ? endedBy(failing, state, change) : state
    return resting(left, (data.status ?? 'FAILED') as RestingStatus, failing.keepsData, state.status === 'STARTING')
  }
  const changed = endedBy(operation, state, operation.changes?.(data, state.accounts) ?? {})
  const { becomes } = operation
  return resting(changed, becomes === 'as before' ? (data.status as RestingStatus) : becomes, true)
}

/** The status stays as it is: another operation may be changing it, or may have changed it. */
const evolveShared = (
  state: KnownInstance,
  operation: AnyShared,
  phase: Phase,
  data: Readonly<Record<string, unknown>>,
): KnownInstance => {
  if (phase === 'requested') return begunShared(state, operation, data as Asked)
  const { operationId } = data as Ended
  const ended = { ...state, shared: state.shared.filter((one) => one.operationId !== operationId) }
  return phase === 'failed' ? ended : changedBy(ended, operation.changes?.(data, state.accounts) ?? {})
}

const begunShared = (state: KnownInstance, { kind }: AnyShared, asked: Asked): KnownInstance => {
  // Kind and wish belong together: they are of one definition.
  const begun = inProgress(state, kind, asked) as unknown as SharedInProgress
  return {
    ...state,
    sharedEpoch: asked.epoch,
    operationIds: [...state.operationIds, asked.operationId],
    shared: [...state.shared, begun],
  }
}

const inProgress = (
  { generation }: KnownInstance,
  kind: AnyShared['kind'] | AnyExclusive['kind'],
  { operationId, epoch, deadline, ...wish }: Asked,
) => ({ kind, operationId, wish, epoch, deadline, generation })

const changedBy = (state: KnownInstance, { spec, gone, ...change }: InstanceChange): KnownInstance => ({
  ...state,
  ...change,
  observed: change.observed ?? observedAfter(state.observed, change.accounts ?? state.accounts, gone),
  ...(spec && { spec: { ...state.spec, ...spec } }),
})

/** What was held for the operation is held for what the instance is, or for nothing. */
const endedBy = ({ holds }: AnyExclusive, state: KnownInstance, change: InstanceChange): KnownInstance => {
  const changed = changedBy(state, change)
  return holds ? { ...changed, held: resourcesOf(changed.spec) } : changed
}

const resting = (
  state: KnownInstance,
  status: RestingStatus | 'DELETED',
  dataKept: boolean,
  mayYetStop = false,
): InstanceState =>
  status === 'FAILED' ? { status, ...known(state), dataKept, mayYetStop } : { status, ...known(state) }

const begun = (state: KnownInstance, { kind, holds, meanwhile, renews }: AnyExclusive, asked: Asked) => {
  const operation = inProgress(state, kind, asked)
  // Status and operation belong together: they are of one definition.
  return {
    ...known(state),
    held: holds
      ? mostResources(state.held, resourcesOf(respec(kind as ExclusiveKind, state.spec, operation.wish)))
      : state.held,
    status: meanwhile,
    epoch: asked.epoch,
    generation: renews ? state.generation + 1 : state.generation,
    operationIds: [...state.operationIds, asked.operationId],
    operation,
    before: state.status === 'DELETED' ? 'FAILED' : restingStatusOf(state),
  } as BusyInstance
}

type Seen = Extract<InstanceEvent, { readonly type: 'InstanceHealthChanged' | 'InstanceReconciled' }>['data']

/** What is absent is as it was. */
const seen = (state: KnownInstance, { health, volumeStage, incident, sequence = 0 }: Seen) => ({
  health,
  volumeStage: volumeStage ?? state.volumeStage,
  incident: incident === undefined ? state.incident : incident,
  healthSequence: Math.max(state.healthSequence, sequence),
})

const raised = (state: KnownInstance, seen: { readonly epoch: number; readonly generation: number }) => ({
  seenEpoch: Math.max(state.seenEpoch, seen.epoch),
  generation: Math.max(state.generation, seen.generation),
})

/** What an instance keeps from one status to the next. */
const known = (state: KnownInstance) => ({
  instanceId: state.instanceId,
  projectId: state.projectId,
  nodes: state.nodes,
  name: state.name,
  nameFence: state.nameFence,
  spec: state.spec,
  held: state.held,
  health: state.health,
  volumeStage: state.volumeStage,
  incident: state.incident,
  healthSequence: state.healthSequence,
  generation: state.generation,
  epoch: state.epoch,
  seenEpoch: state.seenEpoch,
  sharedEpoch: state.sharedEpoch,
  endpoint: state.endpoint,
  caCertificate: state.caCertificate,
  details: state.details,
  accounts: state.accounts,
  observed: state.observed,
  configuration: state.configuration,
  operationIds: state.operationIds,
  shared: state.shared,
})
