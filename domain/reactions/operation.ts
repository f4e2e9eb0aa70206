import { backupOf } from '../instance/operations/backup.ts'
import { hasBegun, type operation } from '../operation/index.ts'
import type { Reaction, ReactionsOf } from './reaction.ts'

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
      return [{ target: 'instance', id, command }]
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
      ? [failed]
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
  OperationSucceeded: 'none',
  OperationFailed: 'none',
  OperationCancelled: 'none',
}
