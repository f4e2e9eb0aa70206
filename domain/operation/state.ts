import type { EngineFacts } from '../guest/report.ts'
import type { CommandId, OperationId } from '../ids.ts'
import type { Fault } from '../values/fault.ts'
import type { OperationKind, OperationSubject, outcomes } from './events.ts'

export type Outcome = (typeof outcomes)[number]

/** The step whose result is awaited. */
export type ActiveStep = {
  readonly name: string
  readonly deadline: string
  readonly commandId: CommandId | null
  readonly progress: number
  readonly message: string
}

type Begun = {
  readonly operationId: OperationId
  readonly kind: OperationKind
  readonly subject: OperationSubject
  readonly commandIds: Readonly<Record<string, CommandId>>
  readonly forwardDeadline: string
  readonly deadline: string
  readonly traceparent: string | undefined
}

/** `step` is null only between the end of one step and the start of the next, within one decision. */
type Stepping = Begun & { readonly step: ActiveStep | null; readonly completed: readonly string[] }

export type Running = Stepping & { readonly status: 'RUNNING'; readonly facts: EngineFacts | null }

/** The steps are being undone: `aim` is the outcome if that succeeds, `fault` the reason. */
export type Compensating = Stepping & {
  readonly status: 'COMPENSATING'
  readonly aim: 'FAILED' | 'CANCELLED'
  readonly fault: Fault
}

/** The outcome is settled, the instance is being told. `fault` is null if, and only if, it succeeded. */
export type Ending = Begun & { readonly status: 'ENDING'; readonly outcome: Outcome; readonly fault: Fault | null }

export type Ended = Begun & { readonly status: Outcome }

export type OperationState = { readonly status: 'ABSENT' } | Running | Compensating | Ending | Ended

export type BegunOperation = Exclude<OperationState, { readonly status: 'ABSENT' }>
export type SteppingOperation = Running | Compensating
export type Awaiting = SteppingOperation & { readonly step: ActiveStep }

export const absentOperation: OperationState = { status: 'ABSENT' }

export const isStepping = (state: OperationState): state is SteppingOperation =>
  state.status === 'RUNNING' || state.status === 'COMPENSATING'

export const isAwaiting = (state: OperationState): state is Awaiting => isStepping(state) && state.step !== null

/** When time alone will change this operation (ISO 8601), so when `CheckDeadlines` is due; null when it never will. */
export const nextDeadline = (state: OperationState): string | null => {
  if (isStepping(state)) return state.step?.deadline ?? state.deadline
  return state.status === 'ENDING' ? state.deadline : null
}
