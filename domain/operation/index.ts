import { defineAggregate } from '../aggregate.ts'
import { operationIdSchema } from '../ids.ts'
import type { OperationInput } from './commands.ts'
import { decide } from './decide.ts'
import { operationEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { unreadableHistoryFault } from './faults.ts'
import { operationShown } from './shown.ts'
import { absentOperation, hasBegun, nextDeadline } from './state.ts'

export type { OperationKind } from '../instance/operation-kinds.ts'
export { guestCommandNames, stepNames } from '../instance/operations.ts'
export type { OperationInput } from './commands.ts'
export { type OperationEvent, operationEvents } from './events.ts'
export { unreadableHistoryFault } from './faults.ts'
export { type BegunOperation, hasBegun, type OperationState } from './state.ts'
export type { OperationSubject } from './subject.ts'

export const operation = defineAggregate({
  category: 'operation',
  id: operationIdSchema,
  events: operationEvents,
  audience: 'project',
  shown: operationShown,
  leadsTo: 'something',
  initial: absentOperation,
  decide,
  evolve,
  timer: {
    nextDue: nextDeadline,
    whenDue: (now): OperationInput => ({ type: 'CheckDeadlines', now }),
    whenUnreadable: (what, now): OperationInput => ({
      type: 'FailUnreadable',
      fault: unreadableHistoryFault(what),
      now,
    }),
    concerns: (state) => {
      if (!hasBegun(state)) return null
      const { projectId, instanceId } = state.subject
      return { projectId, instanceId, correlationId: state.operationId, traceparent: state.traceparent }
    },
  },
})

export const operationCategory = operation.category
export const operationStream = operation.stream
