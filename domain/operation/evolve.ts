import { unreachable } from '../decider.ts'
import type { Fault } from '../values/fault.ts'
import type { OperationEvent } from './events.ts'
import { cancelledFault } from './faults.ts'
import { nothingDone } from './process.ts'
import {
  type ActiveStep,
  type BegunOperation,
  type Compensating,
  hasBegun,
  isStepping,
  leftoverOf,
  type OperationState,
  type Running,
} from './state.ts'

export const evolve = (state: OperationState, event: OperationEvent): OperationState => {
  if (event.type === 'OperationStarted') {
    const { operationId, kind, subject, commandIds, forwardDeadline, deadline, traceparent } = event.data
    const begun = {
      operationId,
      kind,
      subject,
      commandIds,
      forwardDeadline,
      deadline,
      traceparent,
      leftovers: [],
      lastCommandId: null,
    }
    return { status: 'RUNNING', ...begun, step: null, completed: [], done: nothingDone }
  }
  if (state.status === 'ABSENT') return withoutBeginning(state, event)
  if (!hasBegun(state)) return state
  if (state.status === 'OVERDUE') return evolve(state.before, event)
  switch (event.type) {
    case 'OperationStepStarted': {
      const { step: name, deadline, attempt = 1 } = event.data
      const begun = {
        commandId: null,
        progress: 0,
        message: '',
        saidAt: null,
        timesSaid: 0,
        hostLost: false,
        retryAt: null,
      }
      return withStep(begins(state, name), () => ({ name, deadline, attempt, ...begun }))
    }
    case 'GuestCommandIssued':
      return commanded(state, event.data)
    case 'OperationStepProgressed': {
      const { progress, message, at: saidAt = null, deadline } = event.data
      return withStep(
        state,
        (step) =>
          step && {
            ...step,
            progress,
            message,
            saidAt,
            timesSaid: step.timesSaid + 1,
            ...(deadline !== undefined && { deadline }),
          },
      )
    }
    case 'OperationStepRetried': {
      const { attempt, at } = event.data
      return withStep(state, (step) => step && { ...step, attempt, retryAt: at, commandId: null })
    }
    case 'OperationStepCompleted': {
      if (!isStepping(state)) return state
      const { step, result } = event.data
      const results = result ? { ...state.done.results, [step]: result } : state.done.results
      return { ...state, step: null, completed: [...state.completed, step], done: { ...state.done, results } }
    }
    case 'OperationHostLost':
      return withStep(state, (step) => step && { ...step, deadline: event.data.deadline, hostLost: true })
    case 'OperationMoved':
      return state.status === 'RUNNING' ? moved(state, event.data) : state
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
      if (isStepping(state)) return { status: 'OVERDUE', ...begun(state), before: state, fault: event.data.fault }
      return { status: 'FAILED', ...begun(state) }
    case 'OperationCancelled':
      return { status: 'CANCELLED', ...begun(state) }
    default:
      return unreachable(event)
  }
}

/** How it began is not known: it never has, or cannot be read. */
const withoutBeginning = (state: OperationState, event: OperationEvent): OperationState => {
  switch (event.type) {
    case 'OperationFailed':
      return { status: 'UNBEGUN', ...event.data }
    case 'OperationOutcomeReached':
    case 'OperationSucceeded':
    case 'OperationCancelled':
      return { status: 'SETTLED', operationId: event.data.operationId }
    default:
      return state
  }
}

type Moved = Extract<OperationEvent, { readonly type: 'OperationMoved' }>['data']

const moved = (state: Running, { nodeId, hostId, sealingKey, users, epoch, commandIds }: Moved): Running => ({
  ...state,
  subject: {
    ...state.subject,
    nodeId,
    nodeGeneration: state.subject.nodeGeneration + 1,
    hostId,
    sealingKey,
    users,
    epoch,
  },
  commandIds,
  step: null,
  completed: [],
  done: nothingDone,
  leftovers: [...state.leftovers, leftoverOf(state)],
})

type Issued = Extract<OperationEvent, { readonly type: 'GuestCommandIssued' }>['data']

/** A host that was left may be asked to remove what it has while another one is at work. */
const commanded = (state: BegunOperation, { step: name, command: { commandId, nodeId } }: Issued): OperationState => {
  const next = { ...state, lastCommandId: commandId }
  return withStep(next, (step) =>
    step?.name === name && nodeId === state.subject.nodeId ? { ...step, commandId } : step,
  )
}

const withStep = (state: BegunOperation, change: (step: ActiveStep | null) => ActiveStep | null): OperationState =>
  isStepping(state) ? { ...state, step: change(state.step) } : state

const begins = (state: BegunOperation, step: string): BegunOperation =>
  isStepping(state) && !state.done.begun.includes(step)
    ? { ...state, done: { ...state.done, begun: [...state.done.begun, step] } }
    : state

const compensating = (state: BegunOperation, aim: Compensating['aim'], fault: Fault): OperationState => ({
  status: 'COMPENSATING',
  ...begun(state),
  step: null,
  completed: [],
  done: isStepping(state) ? state.done : nothingDone,
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
  leftovers: state.leftovers,
  lastCommandId: state.lastCommandId,
})
