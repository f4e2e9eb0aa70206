import type { GuestResult } from '../guest/report.ts'
import type { CommandId, OperationId } from '../ids.ts'
import type { Fault } from '../values/fault.ts'
import type { OperationKind, OperationSubject } from './events.ts'

/**
 * The inputs of a process manager. `now`: ISO 8601, when the input is handled. All may come late, twice or in another order: what
 * is no longer of interest decides to nothing.
 */
export type OperationInput =
  | {
      readonly type: 'StartOperation'
      readonly operationId: OperationId
      readonly kind: OperationKind
      readonly subject: OperationSubject
      readonly deadline: string
      readonly now: string
      /** Ids for the guest commands of the steps, derived from operation and step outside, as deciding makes no ids. */
      readonly commandIds: Readonly<Record<string, CommandId>>
      readonly traceparent?: string
    }
  | { readonly type: 'HandleGuestResult'; readonly result: GuestResult; readonly now: string }
  /** A deadline of a step or of the whole may have passed by `now`. */
  | { readonly type: 'CheckDeadlines'; readonly now: string }
  /** What was written to its stream cannot be read, so it cannot go on: what was done is undone as after a step that failed. */
  | { readonly type: 'FailUnreadable'; readonly fault: Fault; readonly now: string }
  | { readonly type: 'CancelOperation'; readonly now: string }
  /** The instance's stream has taken in the outcome: the operation is over. */
  | { readonly type: 'ConfirmOutcome'; readonly now: string }
