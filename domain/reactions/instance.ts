import type { OperationId } from '../ids.ts'
import {
  type InstanceState,
  type instance,
  isInProgress,
  type KnownInstance,
  operationSubject,
  specHeld,
} from '../instance/index.ts'
import type { ReleaseReason } from '../project/index.ts'
import { resourcesOf } from '../values/resources.ts'
import type { Reaction, ReactionsOf } from './reaction.ts'

type Of = { readonly data: { readonly operationId: OperationId } }

const begins = ({ data }: Of, state: InstanceState): readonly Reaction[] => reactionsToRequest(data.operationId, state)
const ends = ({ data }: Of): readonly Reaction[] => [confirmOutcome(data.operationId)]

export const instanceReactions: ReactionsOf<typeof instance> = {
  InstanceRequested: { present: begins },
  InstanceRestartRequested: begins,
  InstanceStopRequested: begins,
  InstanceStartRequested: begins,
  InstanceDeletionRequested: begins,
  InstanceVolumeGrowthRequested: { present: begins },
  InstanceAdopted: { present: (_, state) => [...holdAgain(state), ...settle(state)] },
  InstanceReconciled: { present: (_, state) => holdAgain(state) },
  InstanceMoved: {
    present: ({ data }, state) => (isInProgress(state, data.operationId) ? holdResources(state) : []),
  },
  InstanceProvisioned: ends,
  InstanceRestarted: ends,
  InstanceStopped: ends,
  InstanceStarted: ends,
  InstanceVolumeGrown: ends,
  InstanceOperationFailed: ends,
  InstanceRenamed: { present: (_, state) => confirmName(state) },
  InstanceProvisioningFailed: (event, state) => [...ends(event), ...releaseResources(state, 'FAILED')],
  InstanceVolumeGrowthFailed: {
    present: (event, state) => [
      ...ends(event),
      ...(event.data.certain ? holdVolume(event.data.operationId, state) : []),
    ],
  },
  InstanceDeleted: (event, state) => [...ends(event), ...releaseResources(state, 'DELETED')],
  InstanceHealthChanged: 'none',
  InstanceNameLapsed: 'none',
  InstanceNumbersRaised: 'none',
  InstanceEndpointChanged: 'none',
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
