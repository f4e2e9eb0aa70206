import type { GuestCommand } from '../guest/command.ts'
import type { CommandId, OperationId } from '../ids.ts'
import { attemptName, operationOf, stepsFor, undoingSteps } from '../instance/operations.ts'
import type { Fault } from '../values/fault.ts'
import { hasPassed, plusMs } from '../values/time.ts'
import { boundOf, commandDeadlineOf, stepDeadlineOf } from './budget.ts'
import type { OperationEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { notUndoneFault, unfinishedFault } from './faults.ts'
import { type Done, retryDelaysMs, type Step, type StepResult } from './process.ts'
import { type Awaiting, type BegunOperation, isStepping, type OperationState, type SteppingOperation } from './state.ts'
import type { OperationSubject } from './subject.ts'

export type Events = readonly OperationEvent[]
type OutcomeReached = Extract<OperationEvent, { readonly type: 'OperationOutcomeReached' }>

/** Events, and after them what follows in the state they lead to. */
export const followedBy = (state: OperationState, events: Events, next: (state: OperationState) => Events): Events => [
  ...events,
  ...next(events.reduce(evolve, state)),
]

/** Begins the next step, forwards or undoing, or settles the outcome when none is left. */
export const proceed = (state: OperationState, now: string): Events => {
  if (!isStepping(state)) return []
  const next = nextStep(state)
  if (next) return beginStep(state, next, now)
  if (state.status === 'RUNNING') {
    return [reachOutcome(state.operationId, { outcome: 'SUCCEEDED', ...resultsOf(state) })]
  }
  const { undoneTo } = operationOf(state.kind)
  const undone = { outcome: state.aim, fault: state.fault, compensated: true, ...(undoneTo && { undoneTo }) }
  return [reachOutcome(state.operationId, { ...undone, ...resultsOf(state) })]
}

/** `deferred`: its host carries it out when it is back. */
type StepEnd = { readonly result?: StepResult; readonly deferred?: true }

export const endStep = (state: Awaiting, end: StepEnd, now: string): Events => {
  const completed: OperationEvent = { type: 'OperationStepCompleted', data: { step: state.step.name, ...end } }
  return followedBy(state, [completed], (next) => proceed(next, now))
}

/** A step that failed is undone with all before it; when undoing fails, or there is no way back, that is the end. */
export const failStep = (state: SteppingOperation, fault: Fault, now: string): Events => {
  const process = operationOf(state.kind)
  const step = state.step?.name ?? nextStep(state)?.name ?? ''
  const failed: OperationEvent = { type: 'OperationStepFailed', data: { step, fault } }
  const giveUp = (last: Fault): Events => [
    failed,
    reachOutcome(state.operationId, { outcome: 'FAILED', fault: last, compensated: false, ...resultsOf(state) }),
  ]
  if (state.status === 'COMPENSATING') return giveUp(notUndoneFault(process, state.fault, fault))
  if (process.compensation.length === 0) return giveUp(unfinishedFault(process, fault))
  return followedBy(state, [failed], (undoing) => proceed(undoing, now))
}

/**
 * A step that failed for a reason that may pass is tried again, after a while and within the time for all steps, or for undoing them. Else it
 * has failed for good.
 */
export const retryOrFail = (state: Awaiting, fault: Fault, now: string): Events => {
  const { name, attempt } = state.step
  const delayMs = retryDelaysMs[attempt - 1]
  if (!fault.retryable || delayMs === undefined || !state.commandIds[attemptName(name, attempt + 1)]) {
    return failStep(state, fault, now)
  }
  const at = plusMs(now, delayMs)
  if (hasPassed(boundOf(state), at)) return failStep(state, fault, now)
  return [{ type: 'OperationStepRetried', data: { step: name, fault, attempt: attempt + 1, at } }]
}

export const beginAttempt = (state: Awaiting, now: string): Events =>
  beginStep(state, stepOf(state), now, state.step.attempt)

export const reachOutcome = (
  operationId: OperationId,
  outcome: Omit<OutcomeReached['data'], 'operationId'>,
): OutcomeReached => ({ type: 'OperationOutcomeReached', data: { operationId, ...outcome } })

/** The definition of the step in hand. */
export const stepOf = (state: Awaiting): Step => {
  const step = plannedSteps(state).find(({ name }) => name === state.step.name)
  if (!step) throw new Error(`the ${state.kind} process has no step ${state.step.name}`)
  return step
}

export const commandIdOf = (
  operation: { readonly commandIds: Readonly<Record<string, CommandId>> },
  step: string,
): CommandId => {
  const commandId = operation.commandIds[step]
  if (!commandId) throw new Error(`no command id was given for step ${step}`)
  return commandId
}

const plannedSteps = (state: SteppingOperation): readonly Step[] =>
  (state.status === 'RUNNING' ? stepsFor : undoingSteps)(state.kind, state.subject, state.done)

const nextStep = (state: SteppingOperation): Step | undefined =>
  plannedSteps(state).find((step) => !state.completed.includes(step.name))

const resultsOf = ({ done: { results } }: SteppingOperation) => (Object.keys(results).length > 0 ? { results } : {})

/** What makes a command of a step another one than that of any other try, host or time. */
type Issue = Pick<GuestCommand, 'commandId' | 'epoch' | 'deadline'>

/** `subject`: of the host that it is for. `done`: what the step may rest on. */
export const issueCommand = (
  { operationId, kind, traceparent }: BegunOperation,
  step: Step,
  { subject, done }: { readonly subject: OperationSubject; readonly done: Done },
  { commandId, epoch, deadline }: Issue,
): OperationEvent => {
  const payload = step.payload(subject, done)
  if (!payload) throw new Error(`step ${step.name} was begun though it has nothing to do`)
  const { instanceId, nodeId, nodeGeneration, hostId } = subject
  const command: GuestCommand = {
    commandId,
    operationId,
    instanceId,
    nodeId,
    nodeGeneration,
    hostId,
    lane: operationOf(kind).lane,
    epoch,
    deadline,
    payload,
    ...(traceparent && { traceparent }),
  }
  return { type: 'GuestCommandIssued', data: { step: step.name, command } }
}

const beginStep = (state: SteppingOperation, step: Step, now: string, attempt = 1): Events => {
  const { subject } = state
  const compensating = state.status === 'COMPENSATING'
  const deadline = stepDeadlineOf(state, step, now)
  return [
    {
      type: 'OperationStepStarted',
      data: { step: step.name, deadline, compensating, ...(attempt > 1 && { attempt }) },
    },
    issueCommand(state, step, state, {
      commandId: commandIdOf(state, attemptName(step.name, attempt)),
      // What undoes the steps fences off whatever of them is still on its way to the agent.
      epoch: compensating ? subject.epoch + 1 : subject.epoch,
      deadline: commandDeadlineOf(state, step, deadline),
    }),
  ]
}
