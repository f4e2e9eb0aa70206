import { z } from 'zod'
import { defineAggregate } from '../aggregate.ts'
import { operationIdSchema, parseOperationId } from '../ids.ts'
import { streamId } from '../stream.ts'
import type { OperationInput } from './commands.ts'
import { decide } from './decide.ts'
import { operationEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { overdueFault, unreadableHistoryFault } from './faults.ts'
import { operationShown } from './shown.ts'
import { absentOperation, hasBegun, nextDeadline } from './state.ts'

export type { OperationKind } from '../instance/operation-kinds.ts'
export { guestCommandNames, stepNames } from '../instance/operations.ts'
export type { OperationInput } from './commands.ts'
export { type OperationEvent, operationEvents } from './events.ts'
export { unreadableHistoryFault } from './faults.ts'
export { type BegunOperation, hasBegun, type OperationState } from './state.ts'
export type { OperationSubject } from './subject.ts'

/** What `OperationStarted` has in every version. */
const promised = z.object({ deadline: z.iso.datetime() })

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
    unreadBeginning: {
      due: (data) => promised.safeParse(data).data?.deadline ?? null,
      whenDue: (stream, what): OperationInput => ({
        type: 'FailUnbegun',
        operationId: parseOperationId(streamId(stream)),
        fault: overdueFault(what),
      }),
    },
  },
})

export const operationCategory = operation.category
export const operationStream = operation.stream
