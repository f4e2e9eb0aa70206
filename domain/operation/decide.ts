import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { GuestResult } from '../guest/report.ts'
import { operationOf, stepNames, stepsFor } from '../instance/operations.ts'
import type { Fault } from '../values/fault.ts'
import { hasPassed, msBetween } from '../values/time.ts'
import { extendedDeadline, forwardDeadlineOf } from './budget.ts'
import type { InputOf, OperationInput } from './commands.ts'
import type { OperationEvent } from './events.ts'
import { answerIncompleteFault, hostLostFault, notBegunFault, stepDeadlineFault } from './faults.ts'
import { handleHostLost, moveOperation, removeLeftover } from './lost-host.ts'
import { mostProgressEvents, nothingDone, progressEveryMs } from './process.ts'
import { isOver, notCancellable, notFound } from './refusals.ts'
import {
  type Awaiting,
  absentOperation,
  type Ending,
  hasBegun,
  isAwaiting,
  isStepping,
  nextDeadline,
  type OperationState,
} from './state.ts'
import {
  beginAttempt,
  commandIdOf,
  type Events,
  endStep,
  failStep,
  followedBy,
  proceed,
  reachOutcome,
  retryOrFail,
  stepOf,
} from './steps.ts'

type OperationDecision = Decision<OperationEvent>

export const decide = (input: OperationInput, state: OperationState): OperationDecision => {
  switch (input.type) {
    case 'StartOperation':
      return hasBegun(state) || state.status === 'SETTLED' ? accept() : accept(...start(input, state))
    case 'FailUnbegun':
      return state.status === 'ABSENT' ? accept(failUnbegun(input)) : accept()
    case 'HandleGuestResult':
      return accept(...handleResult(state, input.result, input.now))
    case 'CheckDeadlines':
      return accept(...expire(state, input.now))
    case 'FailUnreadable':
      return accept(...failUnreadable(state, input.fault, input.now))
    case 'CancelOperation':
      return cancel(state, input.now)
    case 'HandleHostLost':
      return accept(...handleHostLost(state, input))
    case 'MoveOperation':
      return accept(...moveOperation(state, input))
    case 'RemoveLeftover':
      return accept(...removeLeftover(state, input))
    case 'ConfirmOutcome':
      return state.status === 'ENDING' ? accept(end(state)) : accept()
    default:
      return unreachable(input)
  }
}

const start = (input: InputOf<'StartOperation'>, before: OperationState): Events => {
  const { operationId, kind, subject, deadline, commandIds, traceparent, now } = input
  for (const name of stepNames(kind)) commandIdOf(input, name)
  const forwardDeadline = forwardDeadlineOf(operationOf(kind), now, deadline)
  const steps = stepsFor(kind, subject, nothingDone).map((step) => step.name)
  const wish = { operationId, kind, subject, deadline, commandIds, ...(traceparent && { traceparent }) }
  const started: OperationEvent = { type: 'OperationStarted', data: { ...wish, steps, forwardDeadline } }
  const late = hasPassed(forwardDeadline, now) ? notBegunFault(now, forwardDeadline) : null
  const fault = before.status === 'UNBEGUN' ? before.fault : (input.fault ?? late)
  if (fault) return [started, reachOutcome(operationId, { outcome: 'FAILED', fault, compensated: true })]
  return followedBy(absentOperation, [started], (begun) => proceed(begun, now))
}

const failUnbegun = ({ operationId, fault }: InputOf<'FailUnbegun'>): OperationEvent => ({
  type: 'OperationFailed',
  data: { operationId, fault },
})

/** Only the step in hand is listened to: an answer to another command comes late, twice or from before a cancellation. */
const handleResult = (state: OperationState, result: GuestResult, now: string): Events => {
  if (!isAwaiting(state) || state.step.commandId !== result.commandId) return []
  if (state.subject.nodeId !== result.nodeId || state.subject.hostId !== result.hostId) return []
  switch (result.type) {
    case 'progress':
      return recordProgress(state, result, now)
    case 'failed':
      return retryOrFail(state, result.fault, now)
    case 'succeeded':
      return takeAnswer(state, result.facts, now)
    default:
      return unreachable(result)
  }
}

/** An answer that is not what the step has to tell will not be another one the next time. */
const takeAnswer = (state: Awaiting, told: unknown, now: string): Events => {
  const { result } = stepOf(state)
  if (!result) return endStep(state, {}, now)
  const answer = result.safeParse(told)
  if (!answer.success) return failStep(state, answerIncompleteFault(state.step, answer.error), now)
  return endStep(state, { ...(answer.data && { result: answer.data }) }, now)
}

type Progress = Pick<Extract<GuestResult, { readonly type: 'progress' }>, 'progress' | 'message'>

/** An agent may say more than is worth an event. What gives the step more time is recorded in any case. */
const recordProgress = (state: Awaiting, { progress, message }: Progress, now: string): Events => {
  const { name, deadline, saidAt, timesSaid, ...said } = state.step
  if (progress < said.progress) return []
  const extended = extendedDeadline(state, stepOf(state), deadline, now)
  const isDue = saidAt === null || msBetween(saidAt, now) >= progressEveryMs
  const isNews = message !== said.message || (progress > said.progress && isDue)
  if (extended === null && (!isNews || timesSaid >= mostProgressEvents)) return []
  const data = { step: name, progress, message, at: now, ...(extended !== null && { deadline: extended }) }
  return [{ type: 'OperationStepProgressed', data }]
}

/** Everything whose time has come by `now`, one after the other: at the operation's deadline that leads to its end. */
const expire = (state: OperationState, now: string): Events => {
  const due = nextDeadline(state)
  if (due === null || !hasPassed(due, now)) return []
  if (state.status === 'ENDING') return [end(state)]
  if (state.status === 'OVERDUE') {
    return followedBy(state, failStep(state.before, state.fault, now), (after) => expire(after, now))
  }
  if (!isAwaiting(state)) return []
  const next = state.step.retryAt === null ? failStep(state, lateFault(state), now) : beginAttempt(state, now)
  return followedBy(state, next, (after) => expire(after, now))
}

const lateFault = (state: Awaiting): Fault =>
  state.step.hostLost ? hostLostFault(state.step) : stepDeadlineFault(state, state.step)

/** Told twice of the same event, it goes on undoing. */
const failUnreadable = (state: OperationState, fault: Fault, now: string): Events => {
  if (!isStepping(state)) return []
  const isKnown = state.status === 'COMPENSATING' && state.fault.message === fault.message
  return isKnown ? [] : failStep(state, fault, now)
}

const cancel = (state: OperationState, now: string): OperationDecision => {
  switch (state.status) {
    case 'ABSENT':
      return reject(notFound())
    case 'SETTLED':
      return reject(isOver(state))
    case 'UNBEGUN':
    case 'OVERDUE':
      return reject(isOver(state, 'FAILED'))
    case 'RUNNING': {
      const { notCancellable: reason } = operationOf(state.kind)
      if (reason) return reject(notCancellable(state, reason))
      const { operationId } = state
      const requested: OperationEvent = { type: 'OperationCancellationRequested', data: { operationId } }
      return accept(...followedBy(state, [requested], (undoing) => proceed(undoing, now)))
    }
    case 'COMPENSATING':
    case 'CANCELLED':
      return accept()
    case 'ENDING':
      return state.outcome === 'CANCELLED' ? accept() : reject(isOver(state, state.outcome))
    case 'SUCCEEDED':
    case 'FAILED':
      return reject(isOver(state, state.status))
    default:
      return unreachable(state)
  }
}

const end = ({ operationId, outcome, fault }: Ending): OperationEvent => {
  if (!fault) return { type: 'OperationSucceeded', data: { operationId } }
  const type = outcome === 'FAILED' ? 'OperationFailed' : 'OperationCancelled'
  return { type, data: { operationId, fault } }
}
