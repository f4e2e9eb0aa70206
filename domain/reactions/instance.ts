import type { ConfigurationId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import {
  type InstanceEvent,
  type InstanceState,
  type instance,
  isInProgress,
  type KnownInstance,
  ongoingOf,
  operationSubject,
} from '../instance/index.ts'
import { sharedFailure } from '../instance/operations/define-operation.ts'
import {
  type ExclusiveKind,
  exclusiveOperations,
  type FailedType,
  operationOf,
  type RequestedType,
  type SucceededType,
  sharedOperations,
} from '../instance/operations.ts'
import type { ReleaseReason } from '../project/index.ts'
import type { Reaction, ReactionsOf } from './reaction.ts'

type Of = { readonly data: { readonly operationId: OperationId } }

const begins = ({ data }: Of, state: InstanceState): readonly Reaction[] => reactionsToRequest(data.operationId, state)
const ends = ({ data }: Of): readonly Reaction[] => [confirmOutcome(data.operationId)]
const failsToCreate = (event: Of, state: InstanceState): readonly Reaction[] => [
  ...ends(event),
  ...releaseResources(state, 'FAILED'),
]
/** What it was to have and has not is free, what it has is held for good. */
const endsHolding = (event: Of, state: InstanceState): readonly Reaction[] => [...ends(event), ...holdAgain(state)]

const isDeleted = (event: Of, state: InstanceState): readonly Reaction[] => [
  ...ends(event),
  ...releaseResources(state, 'DELETED'),
  ...leaveConfiguration(state),
]

const anyHolds = (failure: string): boolean =>
  exclusiveOperations.some(({ failed, holds, creates }) => failed === failure && holds && !creates)

type OfOperation = RequestedType | SucceededType | FailedType
type OperationReactions = Pick<ReactionsOf<typeof instance>, OfOperation>

/** How it ended is told to the operation; what it holds is settled by what its definition says. */
const ofOperations = Object.fromEntries([
  ...exclusiveOperations.flatMap(({ creates, holds, requested, succeeded, becomes, failed }) => [
    [requested, holds ? { present: begins } : begins],
    [succeeded, becomes === 'DELETED' ? isDeleted : holds && !creates ? { present: endsHolding } : ends],
    // Several kinds may fail alike.
    [failed, creates ? failsToCreate : anyHolds(failed) ? { present: endsHolding } : ends],
  ]),
  ...sharedOperations.flatMap(({ requested, succeeded }) => [
    [requested, begins],
    [succeeded, ends],
  ]),
  [sharedFailure, ends],
]) as unknown as OperationReactions

export const instanceReactions: ReactionsOf<typeof instance> = {
  ...ofOperations,
  InstanceRequested: { present: (event, state) => [...recordVerification(event.data), ...begins(event, state)] },
  /** What wrote it has recorded the backup as well, unless it was cut off in between. */
  InstanceBackupRequested: { present: (event, state) => [...recordBackup(event.data, state), ...begins(event, state)] },
  InstanceBackedUp: (event) => [
    { target: 'backup', id: event.data.backupId, command: { type: 'CompleteBackup', contents: event.data.contents } },
    ...ends(event),
  ],
  InstanceAdopted: { present: (_, state) => [...holdAgain(state), ...settle(state)] },
  InstanceReconciled: { present: (_, state) => holdAgain(state) },
  InstanceMoved: { present: ({ data }, state) => holdWhereMoved(data.operationId, state) },
  InstanceRenamed: { present: (_, state) => confirmName(state) },
  InstanceHostRemoved: (_, state) => releaseResources(state, 'FAILED'),
  InstanceConfigured: (event, state) => [...ends(event), ...followConfiguration(event, state)],
  InstanceReconfigured: (event, state) => [...ends(event), ...followConfiguration(event, state)],
  InstanceAccountsObserved: 'none',
  InstanceConfigurationReported: 'none',
  InstanceHealthChanged: 'none',
  InstanceNameLapsed: 'none',
  InstanceDetailsChanged: 'none',
  InstanceNumbersRaised: 'none',
  InstanceEndpointChanged: 'none',
}

/**
 * What the request of an operation leads to: it begins. Only while it is in progress: a repeat that comes when all is over neither begins
 * it again nor holds resources that were released since.
 */
export const reactionsToRequest = (operationId: OperationId, state: InstanceState): readonly Reaction[] => {
  const ongoing = ongoingOf(state, operationId)
  const subject = operationSubject(state, operationId)
  if (!ongoing || !subject) return []
  const { kind, deadline } = ongoing
  const start: Reaction = {
    target: 'operation',
    id: operationId,
    command: { type: 'StartOperation', operationId, kind, subject, deadline },
  }
  if (!isInProgress(state, operationId)) return [start]
  const { holds } = operationOf<ExclusiveKind>(state.operation.kind)
  return holds ? [...holdResources(state, operationId), start] : [start]
}

type InstanceRequested = Extract<InstanceEvent, { readonly type: 'InstanceRequested' }>['data']

/** What wrote it has recorded it as well, unless it was cut off in between. */
const recordVerification = ({ source, operationId, instanceId }: InstanceRequested): readonly Reaction[] =>
  source?.throwaway
    ? [{ target: 'backup', id: source.backupId, command: { type: 'BeginVerification', operationId, instanceId } }]
    : []

type BackupRequested = Extract<InstanceEvent, { readonly type: 'InstanceBackupRequested' }>['data']

const recordBackup = (
  { backupId, name, operationId, deadline, scheduleId, thenDelete }: BackupRequested,
  state: InstanceState,
): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  const { projectId, instanceId, name: instanceName, spec, accounts } = state
  const whose = { backupId, projectId, instanceId, instanceName, name, operationId, deadline, scheduleId, thenDelete }
  return [{ target: 'backup', id: backupId, command: { type: 'RequestBackup', ...whose, spec, accounts } }]
}

const confirmOutcome = (operationId: OperationId): Reaction => ({
  target: 'operation',
  id: operationId,
  command: { type: 'ConfirmOutcome' },
})

/** Exactly what an instance that is there holds by now. */
const holdAgain = (state: InstanceState): readonly Reaction[] =>
  state.status === 'ABSENT' || state.status === 'DELETED' ? [] : holdResources(state)

/** Its operation does not wait for this, and may have made it already: what its new host keeps for it would lapse. */
const holdWhereMoved = (operationId: OperationId, state: InstanceState): readonly Reaction[] => {
  if (isInProgress(state, operationId)) return holdResources(state, operationId)
  return state.status === 'FAILED' && !state.dataKept ? [] : holdAgain(state)
}

const settle = (state: InstanceState): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  return nodesOf(state).map((node) => ({
    target: 'host',
    id: node.hostId,
    command: { type: 'SettleUnlisted', ...node },
  }))
}

/** Each node, as its host knows it. */
const nodesOf = ({ instanceId, nodes }: KnownInstance) =>
  nodes.map(({ nodeId, hostId }) => ({ hostId, nodeId, instanceId }))

/** Before the operation starts, so that whoever sees it begun finds its resources held. */
const holdResources = (state: KnownInstance, operationId?: OperationId): readonly Reaction[] => {
  const { projectId, instanceId, name, held } = state
  const all = { resources: held, ...(operationId && { operationId }) }
  return [
    { target: 'project', id: projectId, command: { type: 'CommitQuota', projectId, instanceId, name, ...all } },
    ...nodesOf(state).map(
      (node): Reaction => ({ target: 'host', id: node.hostId, command: { type: 'ConfirmClaim', ...node, ...all } }),
    ),
  ]
}

/** By the name it has now: one that it had meanwhile is free, or another's. */
const confirmName = (state: InstanceState): readonly Reaction[] => {
  if (state.status === 'ABSENT' || state.status === 'DELETED') return []
  const { projectId, instanceId, name } = state
  return [{ target: 'project', id: projectId, command: { type: 'ConfirmName', projectId, instanceId, name } }]
}

const releaseResources = (state: InstanceState, reason: ReleaseReason): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  const { projectId, instanceId } = state
  return [
    { target: 'project', id: projectId, command: { type: 'ReleaseQuota', projectId, instanceId, reason } },
    ...nodesOf(state).map(
      (node): Reaction => ({ target: 'host', id: node.hostId, command: { type: 'ReleaseCapacity', ...node, reason } }),
    ),
    ...(reason === 'DELETED' ? [endSchedules(projectId, instanceId)] : []),
  ]
}

type Configured = {
  readonly data: {
    readonly configurationId: ConfigurationId | null
    readonly formerId: ConfigurationId | null
    readonly revision: number
  }
}

const followConfiguration = (
  { data: { configurationId, formerId, revision } }: Configured,
  state: InstanceState,
): readonly Reaction[] => {
  if (state.status === 'ABSENT') return []
  const { instanceId } = state
  return [
    ...(configurationId === null
      ? []
      : [
          {
            target: 'configuration' as const,
            id: configurationId,
            command: { type: 'NoteFollowed' as const, instanceId, revision },
          },
        ]),
    ...(formerId === null || formerId === configurationId ? [] : [left(formerId, instanceId)]),
  ]
}

const leaveConfiguration = (state: InstanceState): readonly Reaction[] =>
  state.status === 'ABSENT' || state.configuration.id === null ? [] : [left(state.configuration.id, state.instanceId)]

const left = (id: ConfigurationId, instanceId: InstanceId): Reaction => ({
  target: 'configuration',
  id,
  command: { type: 'NoteLeft', instanceId },
})

const endSchedules = (projectId: ProjectId, instanceId: InstanceId): Reaction => ({
  target: 'timetable',
  id: projectId,
  command: { type: 'ReleaseEntriesOf', projectId, instanceId },
})
