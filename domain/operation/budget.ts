import { operationOf } from '../instance/operations.ts'
import { earlierOf, msBetween, plusMs } from '../values/time.ts'
import type { Process, Step } from './process.ts'
import type { Compensating, Running } from './state.ts'

/** Kept at the very end, for the instance to be told how the operation ended. */
const settlingMs = 5_000
/** However short the whole, this much of it belongs to the steps. */
const minForwardShare = 0.6
/** How long a wish that outlasts its operation waits for an agent to return. */
export const outlastingMs = 7 * 24 * 60 * 60 * 1000

/** By when the steps are over, so that undoing them fits before `deadline`. */
export const forwardDeadlineOf = (process: Process, now: string, deadline: string): string => {
  const wholeMs = Math.max(0, msBetween(now, deadline))
  const undoingMs = process.compensation.reduce((sum, step) => sum + step.timeoutMs, settlingMs)
  return plusMs(deadline, -Math.min(undoingMs, Math.floor(wholeMs * (1 - minForwardShare))))
}

const compensationDeadlineOf = (operation: Compensating): string => {
  const reserveMs = msBetween(operation.forwardDeadline, operation.deadline)
  return plusMs(operation.deadline, -Math.min(settlingMs, Math.floor(reserveMs / 4)))
}

/** By when all steps, or undoing them, are over. */
export const boundOf = (operation: Running | Compensating): string =>
  operation.status === 'RUNNING' ? operation.forwardDeadline : compensationDeadlineOf(operation)

/** The step's own time, cut where the time for all steps, or for undoing them, ends. */
export const stepDeadlineOf = (operation: Running | Compensating, step: Step, now: string): string =>
  earlierOf(plusMs(now, step.timeoutMs), boundOf(operation))

/** Until when a step has time that tells how far it is; null where that changes little or nothing. */
export const extendedDeadline = (
  operation: Running | Compensating,
  { silenceMs }: Step,
  deadline: string,
  now: string,
): string | null => {
  if (silenceMs === undefined) return null
  const extended = earlierOf(plusMs(now, silenceMs), boundOf(operation))
  return msBetween(deadline, extended) >= silenceMs / 4 ? extended : null
}

/**
 * Until when the agent may still work on it. A step that waits for its lost host is given the time of all steps, and so is its command from the start:
 * the host that returns finds only that. A step that is given more time as it goes on has all of it from the start. What is given up earlier is fenced off by what undoes it.
 */
export const commandDeadlineOf = (operation: Running | Compensating, step: Step, stepDeadline: string): string => {
  if (step.outlastsOperation) return plusMs(stepDeadline, outlastingMs)
  if (operation.status === 'RUNNING' && operationOf(operation.kind).movable) return operation.forwardDeadline
  return step.silenceMs === undefined ? stepDeadline : boundOf(operation)
}
