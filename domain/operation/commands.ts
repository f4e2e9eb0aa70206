import type { GuestResult } from '../guest/report.ts'
import type { CommandId, HostId, NodeId, OperationId } from '../ids.ts'
import type { OperationKind } from '../instance/operation-kinds.ts'
import type { Fault } from '../values/fault.ts'
import type { UserSpec } from '../values/instance-spec.ts'
import type { OperationSubject } from './subject.ts'

export type InputOf<Type extends OperationInput['type']> = Extract<OperationInput, { readonly type: Type }>

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
      /** Something else that it rests on cannot be read: then it fails before its first step. */
      readonly fault?: Fault
    }
  /** Its subject cannot be read, so it cannot begin. Once the subject can be read, `StartOperation` lets the instance know. */
  | { readonly type: 'FailUnbegun'; readonly operationId: OperationId; readonly fault: Fault }
  | { readonly type: 'HandleGuestResult'; readonly result: GuestResult; readonly now: string }
  /** A deadline of a step or of the whole may have passed by `now`. */
  | { readonly type: 'CheckDeadlines'; readonly now: string }
  /** What was written to its stream cannot be read, so it cannot go on: what was done is undone as after a step that failed. */
  | { readonly type: 'FailUnreadable'; readonly fault: Fault; readonly now: string }
  | { readonly type: 'CancelOperation'; readonly now: string }
  /**
   * This host counts as lost: what can be settled without it is, and what another host may do is awaited for longer. `removed`: for good, so all else ends.
   */
  | { readonly type: 'HandleHostLost'; readonly hostId: HostId; readonly removed?: boolean; readonly now: string }
  /** Another host, on which room is claimed, is to do all that was asked of `from`. */
  | {
      readonly type: 'MoveOperation'
      readonly from: HostId
      /** The node there, which takes the place of the one before. */
      readonly nodeId: NodeId
      readonly hostId: HostId
      /** Of the new host. */
      readonly sealingKey: number | null
      /** With their passwords sealed to that key. */
      readonly users: readonly UserSpec[]
      /** Others than those of the former host. */
      readonly commandIds: Readonly<Record<string, CommandId>>
      readonly now: string
    }
  /** A host still has a node that was to be removed from it, and has seen this epoch of it: it is asked again. */
  | {
      readonly type: 'RemoveLeftover'
      readonly nodeId: NodeId
      readonly hostId: HostId
      readonly epoch: number
      readonly commandId: CommandId
      readonly now: string
    }
  /** The instance's stream has taken in the outcome: the operation is over. */
  | { readonly type: 'ConfirmOutcome'; readonly now: string }
