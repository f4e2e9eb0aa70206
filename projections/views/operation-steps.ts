import type { Fault } from '../../domain/values/fault.ts'

export type StepStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED'

export type OperationStep = {
  readonly name: string
  readonly status: StepStatus
  readonly compensating: boolean
  readonly startedAt: string | null
  readonly endedAt: string | null
  /** 0 to 1. */
  readonly progress: number
  readonly message: string | null
  readonly fault: Fault | null
}

type Steps = readonly OperationStep[]

const planned = { startedAt: null, endedAt: null, progress: 0, message: null, fault: null } as const

export const plannedSteps = (names: readonly string[]): Steps =>
  names.map((name) => ({ name, status: 'PENDING', compensating: false, ...planned }))

/**
 * A step that was not planned, as it follows from what an earlier one told, comes before those that wait; one that undoes comes at the end. With the first compensating step the way forward is over:
 * what was running did not get there, what was pending is not done.
 */
export const startStep = (
  steps: Steps,
  { step, compensating }: { readonly step: string; readonly compensating: boolean },
  at: string,
): Steps => {
  const isThis = (other: OperationStep) => other.name === step && other.compensating === compensating
  const before = compensating ? steps.map((other) => (other.compensating ? other : abandon(other, at, null))) : steps
  if (!before.some(isThis)) {
    const begun = { name: step, compensating, ...planned, status: 'RUNNING', startedAt: at } as const
    const waiting = before.findIndex(({ status }) => status === 'PENDING')
    return waiting < 0 ? [...before, begun] : before.toSpliced(waiting, 0, begun)
  }
  return before.map((other) =>
    isThis(other) && other.status !== 'RUNNING'
      ? { ...other, ...planned, status: 'RUNNING', startedAt: other.startedAt ?? at }
      : other,
  )
}

export const progressStep = (
  steps: Steps,
  { step, progress, message }: { readonly step: string; readonly progress: number; readonly message: string },
): Steps => changeRunning(steps, step, { progress, message })

/** `message`: null where there is nothing to say of its end. */
export const completeStep = (steps: Steps, step: string, at: string, message: string | null): Steps =>
  changeRunning(steps, step, { status: 'SUCCEEDED', progress: 1, endedAt: at, ...(message && { message }) })

export const remarkRunning = (steps: Steps, message: string): Steps =>
  steps.map((step) => (step.status === 'RUNNING' ? { ...step, message } : step))

/** Another host does all of it again. */
export const beginAgain = (steps: Steps): Steps => steps.map((step) => ({ ...step, ...planned, status: 'PENDING' }))

export const failStep = (steps: Steps, step: string, at: string, fault: Fault): Steps =>
  changeRunning(steps, step, { status: 'FAILED', endedAt: at, fault })

/** Nothing runs or waits in an operation that has ended. `fault`: of the operation, null when it succeeded. */
export const endSteps = (steps: Steps, at: string, fault: Fault | null): Steps =>
  steps.map((step) => abandon(step, at, fault))

const abandon = (step: OperationStep, at: string, fault: Fault | null): OperationStep => {
  if (step.status === 'PENDING') return { ...step, status: 'SKIPPED' }
  if (step.status === 'RUNNING') return { ...step, status: 'FAILED', endedAt: at, fault }
  return step
}

/** A way forward and its compensation may share a name: the newest that runs is meant. */
const changeRunning = (steps: Steps, name: string, change: Partial<OperationStep>): Steps => {
  const at = steps.findLastIndex((step) => step.name === name && step.status === 'RUNNING')
  return steps.map((step, index) => (index === at ? { ...step, ...change } : step))
}
