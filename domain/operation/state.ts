import type { CommandId, HostId, NodeId, OperationId } from '../ids.ts'
import type { OperationKind } from '../instance/operation-kinds.ts'
import type { Fault } from '../values/fault.ts'
import type { outcomes } from './events.ts'
import type { Done } from './process.ts'
import type { OperationSubject } from './subject.ts'

export type Outcome = (typeof outcomes)[number]

/** The step whose result is awaited. */
export type ActiveStep = {
  readonly name: string
  readonly deadline: string
  readonly commandId: CommandId | null
  readonly progress: number
  readonly message: string
  /** When that was said; null before anything was. */
  readonly saidAt: string | null
  /** How often it was said. */
  readonly timesSaid: number
  /** Since it began, its host was lost. */
  readonly hostLost: boolean
  /** From 1. */
  readonly attempt: number
  /** When that attempt begins, if it has not; null once it has. */
  readonly retryAt: string | null
}

/** A node that its host is to remove; `epoch` is that of the command. */
export type Leftover = {
  readonly nodeId: NodeId
  readonly nodeGeneration: number
  readonly hostId: HostId
  readonly epoch: number
  readonly sealingKey: number | null
}

type Begun = {
  readonly operationId: OperationId
  readonly kind: OperationKind
  readonly subject: OperationSubject
  readonly commandIds: Readonly<Record<string, CommandId>>
  readonly forwardDeadline: string
  readonly deadline: string
  readonly traceparent: string | undefined
  /** The nodes that others have taken the place of. */
  readonly leftovers: readonly Leftover[]
  /** Of the guest command that was issued last; null before the first. */
  readonly lastCommandId: CommandId | null
}

/** `completed`: of the steps, or of those that undo them. `done`: of both. `step` is null only between the end of one step and the start of the next, within one decision. */
type Stepping = Begun & { readonly step: ActiveStep | null; readonly completed: readonly string[]; readonly done: Done }

export type Running = Stepping & { readonly status: 'RUNNING' }

/** The steps are being undone: `aim` is the outcome if that succeeds, `fault` the reason. */
export type Compensating = Stepping & {
  readonly status: 'COMPENSATING'
  readonly aim: 'FAILED' | 'CANCELLED'
  readonly fault: Fault
}

/** The outcome is settled, the instance is being told. `fault` is null if, and only if, it succeeded. */
export type Ending = Begun & { readonly status: 'ENDING'; readonly outcome: Outcome; readonly fault: Fault | null }

export type Ended = Begun & { readonly status: Outcome }

/** It failed before it began, and never will: what it rests on could not be read. */
export type Unbegun = { readonly status: 'UNBEGUN'; readonly operationId: OperationId; readonly fault: Fault }

/** Its outcome is settled, by a version that could read how it began. */
export type Settled = { readonly status: 'SETTLED'; readonly operationId: OperationId }

/**
 * A version that cannot read how it began failed it at its deadline, where it had come to `before`, and could neither undo anything nor tell the
 * instance. One that can does both.
 */
export type Overdue = Begun & {
  readonly status: 'OVERDUE'
  readonly before: SteppingOperation
  readonly fault: Fault
}

export type BegunOperation = Running | Compensating | Overdue | Ending | Ended

export type OperationState = { readonly status: 'ABSENT' } | Unbegun | Settled | BegunOperation

export type SteppingOperation = Running | Compensating
export type Awaiting = SteppingOperation & { readonly step: ActiveStep }

export const absentOperation: OperationState = { status: 'ABSENT' }

export const hasBegun = (state: OperationState): state is BegunOperation =>
  state.status !== 'ABSENT' && state.status !== 'UNBEGUN' && state.status !== 'SETTLED'

export const isStepping = (state: OperationState): state is SteppingOperation =>
  state.status === 'RUNNING' || state.status === 'COMPENSATING'

export const isAwaiting = (state: OperationState): state is Awaiting => isStepping(state) && state.step !== null

/** When time alone will change this operation (ISO 8601), so when `CheckDeadlines` is due; null when it never will. */
export const nextDeadline = (state: OperationState): string | null => {
  if (isStepping(state)) return state.step?.retryAt ?? state.step?.deadline ?? state.deadline
  return state.status === 'ENDING' || state.status === 'OVERDUE' ? state.deadline : null
}

/** The node of the operation, to be removed with the epoch that undoes its steps. */
export const leftoverOf = ({
  subject: { nodeId, nodeGeneration, hostId, epoch, sealingKey },
}: BegunOperation): Leftover => ({
  nodeId,
  nodeGeneration,
  hostId,
  epoch: epoch + 1,
  sealingKey,
})
