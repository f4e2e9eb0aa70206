import type { ShownOf } from '../aggregate.ts'
import type { operationEvents } from './events.ts'

export const operationShown: ShownOf<typeof operationEvents> = {
  OperationStarted: ({ operationId, kind, steps, deadline, subject: { instanceId, projectId, hostId, spec } }) => ({
    operationId,
    kind,
    steps,
    deadline,
    subject: { instanceId, projectId, hostId, spec },
  }),
  OperationStepStarted: ({ step, deadline, compensating }) => ({ step, deadline, compensating }),
  GuestCommandIssued: ({ step, command: { commandId, hostId, epoch, deadline, payload } }) => ({
    step,
    command: { commandId, hostId, epoch, deadline, kind: payload.kind },
  }),
  OperationStepProgressed: ({ step, progress, message }) => ({ step, progress, message }),
  OperationStepCompleted: ({ step, deferred }) => ({ step, ...(deferred && { deferred }) }),
  OperationHostLost: ({ hostId, deadline }) => ({ hostId, deadline }),
  OperationMoved: ({ operationId, hostId, epoch }) => ({ operationId, hostId, epoch }),
  OperationStepRetried: ({ step, fault, attempt, at }) => ({ step, fault, attempt, at }),
  OperationStepFailed: ({ step, fault }) => ({ step, fault }),
  OperationCancellationRequested: ({ operationId }) => ({ operationId }),
  OperationOutcomeReached: ({ operationId, outcome, fault, compensated }) => ({
    operationId,
    outcome,
    ...(fault && { fault }),
    ...(compensated !== undefined && { compensated }),
  }),
  OperationSucceeded: ({ operationId }) => ({ operationId }),
  OperationFailed: ({ operationId, fault }) => ({ operationId, fault }),
  OperationCancelled: ({ operationId, fault }) => ({ operationId, fault }),
}
