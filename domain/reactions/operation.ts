import { backupOf } from '../instance/operations/backup.ts'
import { configurationOf } from '../instance/operations/configure.ts'
import { readData } from '../instance/operations/provision.ts'
import { hasBegun, type OperationState, type operation } from '../operation/index.ts'
import type { BegunOperation } from '../operation/state.ts'
import type { Fault } from '../values/fault.ts'
import type { OwnRequest, Reaction, ReactionsOf } from './reaction.ts'

/** The group whose values it was about hears of a failure, too: a rollout goes no further. */
const stopRollout = ({ operationId, kind, subject }: BegunOperation, { message }: Fault): readonly Reaction[] => {
  const id = configurationOf(kind, subject)
  if (id === null) return []
  const { instanceId } = subject
  const command = { type: 'NoteFailed', instanceId, operationId, reason: message } as const
  return [{ target: 'configuration', id, command }]
}

export const operationReactions: ReactionsOf<typeof operation> = {
  OperationMoved: ({ data }, state) => {
    if (!hasBegun(state)) return []
    const { instanceId } = state.subject
    const { operationId, nodeId, hostId, sealingKey, users, epoch } = data
    const command = { type: 'MoveInstance', operationId, nodeId, hostId, sealingKey, users, epoch } as const
    return [{ target: 'instance', id: instanceId, command }]
  },
  /** Whose operation it is hears how it ended. */
  OperationOutcomeReached: ({ data }, state) => {
    if (!hasBegun(state)) return []
    const { operationId, kind } = state
    const { outcome, fault, results = {}, compensated, undoneTo } = data
    const id = state.subject.instanceId
    if (outcome === 'SUCCEEDED' || !fault) {
      const command = { type: 'CompleteOperation', operationId, kind, results } as const
      return [...verified(state, readData(results), null), { target: 'instance', id, command }]
    }
    const undoing = { results, compensated: compensated ?? false, undoneTo: undoneTo ?? null }
    const failed: Reaction = {
      target: 'instance',
      id,
      command: { type: 'FailOperation', operationId, kind, fault, ...undoing },
    }
    const backupId = backupOf(kind, state.subject)
    // The instance forgets its shared work with its end.
    return backupId === null
      ? [...verified(state, null, fault), failed, ...stopRollout(state, fault)]
      : [{ target: 'backup', id: backupId, command: { type: 'FailBackup', fault } }, failed]
  },
  OperationStarted: 'none',
  OperationStepStarted: 'none',
  GuestCommandIssued: 'none',
  OperationStepProgressed: 'none',
  OperationStepCompleted: 'none',
  OperationHostLost: 'none',
  OperationStepRetried: 'none',
  OperationStepFailed: 'none',
  OperationCancellationRequested: 'none',
  OperationSucceeded: (_, state) => discard(state),
  OperationFailed: (_, state) => discard(state),
  OperationCancelled: (_, state) => discard(state),
}

/** What the restore of a backup has shown that was made for that alone. */
const verified = (
  { operationId, subject: { source } }: BegunOperation,
  read: ReturnType<typeof readData>,
  fault: Fault | null,
): readonly Reaction[] =>
  source?.throwaway
    ? [{ target: 'backup', id: source.backupId, command: { type: 'EndVerification', operationId, read, fault } }]
    : []

/** An instance that was made of a backup to be read once is deleted when that is over, however it went. */
const discard = (state: OperationState): readonly OwnRequest[] => {
  if (!hasBegun(state) || !state.subject.source?.throwaway) return []
  const { operationId, deadline, subject } = state
  return [
    {
      target: 'public',
      by: 'verification',
      projectId: subject.projectId,
      identity: { at: deadline, parts: [operationId] },
      command: { type: 'DeleteInstance', id: subject.instanceId },
      answered: () => [],
    },
  ]
}
