import { unreachable } from '../decider.ts'
import type { HostEvent } from '../host/events.ts'
import type { InstanceId, OperationId } from '../ids.ts'
import type { InstanceEvent } from '../instance/events.ts'
import { type InstanceState, isInProgress, type KnownInstance, operationSubject, specHeld } from '../instance/state.ts'
import type { OperationEvent } from '../operation/events.ts'
import type { OperationState } from '../operation/state.ts'
import type { ReleaseReason } from '../project/commands.ts'
import type { TokenEvent, TokenState } from '../token/index.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import { resourcesOf } from '../values/resources.ts'
import type { Reaction } from './reaction.ts'

/** The events that lead to something: for all others nothing needs to be read. */
export const reactingEventTypes: ReadonlySet<string> = new Set([
  'InstanceRequested',
  'InstanceAdopted',
  'InstanceMoved',
  'InstanceReconciled',
  'InstanceRestartRequested',
  'InstanceStopRequested',
  'InstanceStartRequested',
  'InstanceDeletionRequested',
  'InstanceRenamed',
  'InstanceVolumeGrowthRequested',
  'InstanceVolumeGrown',
  'InstanceVolumeGrowthFailed',
  'InstanceProvisioned',
  'InstanceProvisioningFailed',
  'InstanceRestarted',
  'InstanceStopped',
  'InstanceStarted',
  'InstanceDeleted',
  'InstanceOperationFailed',
  'OperationMoved',
  'OperationOutcomeReached',
  'HostRegistered',
  'TokenIssued',
  'TokenRevoked',
] satisfies readonly (InstanceEvent | OperationEvent | HostEvent | TokenEvent)['type'][])

/**
 * Whether the instance must be seen as it is now for what this event leads to: resources released meanwhile would be held again. All else
 * comes to the same from any state since the event, as it follows from what never changes, or the aggregate it is for knows of a repeat.
 */
export const needsPresent = ({ type }: InstanceEvent): boolean =>
  type === 'InstanceRequested' ||
  type === 'InstanceRenamed' ||
  type === 'InstanceAdopted' ||
  type === 'InstanceMoved' ||
  type === 'InstanceReconciled' ||
  type === 'InstanceVolumeGrowthRequested' ||
  type === 'InstanceVolumeGrowthFailed'

/**
 * What an event of an instance leads to. `state`: the instance as it was after the event or later, as it is now where `needsPresent`: what
 * was asked for and is over by then is not begun again.
 */
export const reactionsToInstance = (event: InstanceEvent, state: InstanceState): readonly Reaction[] => {
  switch (event.type) {
    case 'InstanceRequested':
    case 'InstanceRestartRequested':
    case 'InstanceStopRequested':
    case 'InstanceStartRequested':
    case 'InstanceDeletionRequested':
    case 'InstanceVolumeGrowthRequested':
      return reactionsToRequest(event.data.operationId, state)
    case 'InstanceAdopted':
      return [...holdAgain(state), ...settle(state)]
    case 'InstanceReconciled':
      return holdAgain(state)
    case 'InstanceMoved':
      return isInProgress(state, event.data.operationId) ? holdResources(state) : []
    case 'InstanceProvisioned':
    case 'InstanceRestarted':
    case 'InstanceStopped':
    case 'InstanceStarted':
    case 'InstanceVolumeGrown':
    case 'InstanceOperationFailed':
      return [confirmOutcome(event.data.operationId)]
    case 'InstanceRenamed':
      return confirmName(state)
    case 'InstanceProvisioningFailed':
      return [confirmOutcome(event.data.operationId), ...releaseResources(state, 'FAILED')]
    case 'InstanceVolumeGrowthFailed':
      return [
        confirmOutcome(event.data.operationId),
        ...(event.data.certain ? holdVolume(event.data.operationId, state) : []),
      ]
    case 'InstanceDeleted':
      return [confirmOutcome(event.data.operationId), ...releaseResources(state, 'DELETED')]
    case 'InstanceHealthChanged':
    case 'InstanceNameLapsed':
    case 'InstanceNumbersRaised':
    case 'InstanceEndpointChanged':
      return []
    default:
      return unreachable(event)
  }
}

/** What an event of an operation leads to. `state`: the operation as it was after the event or later. */
export const reactionsToOperation = (event: OperationEvent, state: OperationState): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  if (event.type === 'OperationMoved') return [moveInstance(event.data, state.subject.instanceId)]
  if (event.type !== 'OperationOutcomeReached') return []
  const { operationId, kind } = state
  const { outcome, fault, facts, compensated, undoneTo } = event.data
  const id = state.subject.instanceId
  if (outcome === 'SUCCEEDED' || !fault) {
    return [{ target: 'instance', id, command: { type: 'CompleteOperation', operationId, kind, facts: facts ?? null } }]
  }
  const undoing = { compensated: compensated ?? false, undoneTo: undoneTo ?? null }
  const failed = { type: 'FailOperation', operationId, kind, fault, ...undoing } as const
  return [{ target: 'instance', id, command: failed }]
}

const moveInstance = (
  {
    operationId,
    hostId,
    sealingKey,
    users,
    epoch,
  }: Extract<OperationEvent, { readonly type: 'OperationMoved' }>['data'],
  id: InstanceId,
): Reaction => ({
  target: 'instance',
  id,
  command: { type: 'MoveInstance', operationId, hostId, sealingKey, users, epoch },
})

/** What an event of a token leads to: its room in the quota is held for good, or free again. */
export const reactionsToToken = (event: TokenEvent, state: TokenState): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  const { projectId, tokenId } = state
  const type = event.type === 'TokenIssued' ? 'ConfirmToken' : 'ReleaseToken'
  return [{ target: 'project', id: projectId, command: { type, projectId, tokenId } }]
}

/** What an event of a host leads to: the versions found on it are offered. */
export const reactionsToHost = (event: HostEvent): readonly Reaction[] => {
  if (event.type !== 'HostRegistered') return []
  const versions = new Map<DatastoreType, string[]>()
  for (const engine of event.data.engines) {
    versions.set(engine.datastore, [...(versions.get(engine.datastore) ?? []), engine.version])
  }
  return [...versions].map(([datastore, found]) => ({
    target: 'datastore',
    id: datastore,
    command: { type: 'OfferDatastoreVersions', datastore, versions: [...new Set(found)] },
  }))
}

/**
 * What the request of an operation leads to: it begins. Only while it is in progress: a repeat that comes when all is over neither begins
 * it again nor holds resources that were released since.
 */
export const reactionsToRequest = (operationId: OperationId, state: InstanceState): readonly Reaction[] => {
  const subject = operationSubject(state)
  if (!subject || !isInProgress(state, operationId)) return []
  const { kind, deadline } = state.operation
  const start: Reaction = {
    target: 'operation',
    id: operationId,
    command: { type: 'StartOperation', operationId, kind, subject, deadline },
  }
  if (kind === 'grow') return [...holdVolume(operationId, state), start]
  return kind === 'provision' ? [...holdResources(state), start] : [start]
}

const confirmOutcome = (operationId: OperationId): Reaction => ({
  target: 'operation',
  id: operationId,
  command: { type: 'ConfirmOutcome' },
})

/** The resources of an instance that is there after all. Those that are held already stay as they are. */
const holdAgain = (state: InstanceState): readonly Reaction[] =>
  state.status === 'ABSENT' || state.status === 'DELETED' ? [] : holdResources(state)

const settle = (state: InstanceState): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  const { hostId, instanceId } = state
  return [{ target: 'host', id: hostId, command: { type: 'SettleUnlisted', hostId, instanceId } }]
}

/** Before the operation starts, so that whoever sees it begun finds its resources held. */
const holdResources = ({ projectId, instanceId, hostId, name, spec }: KnownInstance): readonly Reaction[] => {
  const resources = resourcesOf(spec)
  return [
    { target: 'project', id: projectId, command: { type: 'CommitQuota', projectId, instanceId, name, resources } },
    { target: 'host', id: hostId, command: { type: 'ConfirmClaim', hostId, instanceId, resources } },
  ]
}

/** By the name it has now: one that it had meanwhile is free, or another's. */
const confirmName = (state: InstanceState): readonly Reaction[] => {
  if (state.status === 'ABSENT' || state.status === 'DELETED') return []
  const { projectId, instanceId, name } = state
  return [{ target: 'project', id: projectId, command: { type: 'ConfirmName', projectId, instanceId, name } }]
}

/** Exactly what its volume needs now, whatever was held for it in between. */
const holdVolume = (operationId: OperationId, state: InstanceState): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  const { projectId, instanceId, hostId } = state
  const hold = { type: 'HoldVolume', instanceId, operationId, volumeGiB: specHeld(state).volumeGiB } as const
  return [
    { target: 'project', id: projectId, command: { ...hold, projectId } },
    { target: 'host', id: hostId, command: { ...hold, hostId } },
  ]
}

const releaseResources = (state: InstanceState, reason: ReleaseReason): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  const { projectId, instanceId, hostId } = state
  return [
    { target: 'project', id: projectId, command: { type: 'ReleaseQuota', projectId, instanceId, reason } },
    { target: 'host', id: hostId, command: { type: 'ReleaseCapacity', hostId, instanceId, reason } },
  ]
}
