import { unreachable } from '../decider.ts'
import type { Fault } from '../values/fault.ts'
import type { OperationEvent } from './events.ts'
import { cancelledFault } from './faults.ts'
import { type ActiveStep, type BegunOperation, type Compensating, isStepping, type OperationState } from './state.ts'

export const evolve = (state: OperationState, event: OperationEvent): OperationState => {
  if (event.type === 'OperationStarted') {
    const { operationId, kind, subject, commandIds, forwardDeadline, deadline, traceparent } = event.data
    const begun = { operationId, kind, subject, commandIds, forwardDeadline, deadline, traceparent }
    return { status: 'RUNNING', ...begun, step: null, completed: [], facts: null }
  }
  if (state.status === 'ABSENT') return state
  switch (event.type) {
    case 'OperationStepStarted': {
      const { step: name, deadline } = event.data
      return withStep(state, () => ({ name, deadline, commandId: null, progress: 0, message: '' }))
    }
    case 'GuestCommandIssued':
      return withStep(state, (step) => step && { ...step, commandId: event.data.command.commandId })
    case 'OperationStepProgressed': {
      const { progress, message } = event.data
      return withStep(state, (step) => step && { ...step, progress, message })
    }
    case 'OperationStepCompleted': {
      if (!isStepping(state)) return state
      const next = { ...state, step: null, completed: [...state.completed, event.data.step] }
      return next.status === 'RUNNING' ? { ...next, facts: event.data.facts ?? next.facts } : next
    }
    case 'OperationStepFailed':
      if (state.status === 'COMPENSATING') return { ...state, step: null }
      return compensating(state, 'FAILED', event.data.fault)
    case 'OperationCancellationRequested':
      return compensating(state, 'CANCELLED', cancelledFault)
    case 'OperationOutcomeReached':
      return { status: 'ENDING', ...begun(state), outcome: event.data.outcome, fault: event.data.fault ?? null }
    case 'OperationSucceeded':
      return { status: 'SUCCEEDED', ...begun(state) }
    case 'OperationFailed':
      return { status: 'FAILED', ...begun(state) }
    case 'OperationCancelled':
      return { status: 'CANCELLED', ...begun(state) }
    default:
      return unreachable(event)
  }
}

const withStep = (state: BegunOperation, change: (step: ActiveStep | null) => ActiveStep | null): OperationState =>
  isStepping(state) ? { ...state, step: change(state.step) } : state

const compensating = (state: BegunOperation, aim: Compensating['aim'], fault: Fault): OperationState => ({
  status: 'COMPENSATING',
  ...begun(state),
  step: null,
  completed: [],
  aim,
  fault,
})

/** What an operation keeps from one status to the next. */
const begun = (state: BegunOperation) => ({
  operationId: state.operationId,
  kind: state.kind,
  subject: state.subject,
  commandIds: state.commandIds,
  forwardDeadline: state.forwardDeadline,
  deadline: state.deadline,
  traceparent: state.traceparent,
})
