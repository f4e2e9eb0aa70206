import { z } from 'zod'
import type { OperationId } from '../../ids.ts'
import type { Process, StepResults } from '../../operation/process.ts'
import type { OperationSubject } from '../../operation/subject.ts'
import type { Rejection } from '../../rejection.ts'
import type { Fault } from '../../values/fault.ts'
import type { Endpoint, InstanceSpec } from '../../values/instance-spec.ts'
import type { KnownAccounts } from '../../values/known-accounts.ts'
import type { ObservedAccounts } from '../../values/observed-accounts.ts'
import { type Known, type KnownConfiguration, type RestingStatus, restingStatuses } from '../known.ts'

type Shape = Readonly<Record<string, z.ZodType>>
/** The data of a shape. Unlike `z.infer`, an empty one has room for more. */
export type DataOf<S extends Shape> = { readonly [Field in keyof S]: z.output<S[Field]> }

/** How an operation has failed, as its steps tell. */
export type Failure = {
  readonly fault: Fault
  /** Whether undoing brought the instance back to where it was before the operation. */
  readonly compensated: boolean
  /** What undoing has verified of the engine; null when nothing was undone. */
  readonly undoneTo: 'ACTIVE' | 'STOPPED' | null
  /** What the steps have told that were carried out, those that undo included. */
  readonly results: StepResults
}

/** What an operation changes of what is known of the instance, beside its status. */
export type InstanceChange = {
  readonly endpoint?: Endpoint
  readonly caCertificate?: string
  readonly spec?: Partial<InstanceSpec>
  readonly accounts?: KnownAccounts
  /** What is in the engine behind Coffer's back. Absent: as far as `accounts` leave it. */
  readonly observed?: ObservedAccounts
  /** What was deleted, also of what Coffer did not make. */
  readonly gone?: { readonly databases?: readonly string[]; readonly users?: readonly string[] }
  readonly configuration?: KnownConfiguration
}

/** What the definition of an operation says in every lane. */
type Told<Kind extends string, Wish extends Shape, Instance, Applied extends Shape> = Process & {
  readonly kind: Kind
  /** What it is for, as a sentence. */
  readonly does: string
  /** For a sentence such as "a stopped instance cannot be restarted". */
  readonly done: string
  /** Where an instance must be to accept it. Of one that is `FAILED` and has no data left, only where `acceptsLost`. */
  readonly accepts: readonly RestingStatus[]
  /** What is asked for beside the kind. */
  readonly wish: Wish
  readonly refuses?: (instance: Known, wish: DataOf<Wish>) => Rejection | null
  /** Fills in what the wish leaves to the instance, when it is accepted. Absent: nothing is left out. */
  readonly completes?: (instance: Known, wish: DataOf<Wish>) => DataOf<Wish>
  readonly applied: Applied
  /** What is recorded of its success; null where the steps have not told enough. */
  readonly applies: (instance: Instance, wish: DataOf<Wish>, results: StepResults) => DataOf<Applied> | null
  /** What of the instance is other than before, by what was recorded. Absent: nothing. */
  readonly changes?: (applied: DataOf<Applied>, before: KnownAccounts) => InstanceChange
}

/**
 * One kind of work that changes what runs, told in one file: commands, events, statuses, views, reactions and settings follow from it. The names of
 * events are stored and read by others: they never change.
 */
export type ExclusiveOperation<
  Kind extends string,
  Status extends string,
  Wish extends Shape,
  Requested extends string,
  Succeeded extends string,
  Applied extends Shape,
  Failed extends string,
  Left extends Shape,
> = Told<Kind, Wish, Known & { readonly before: RestingStatus }, Applied> & {
  readonly lane: 'exclusive'
  readonly acceptsLost?: true
  /** The status of the instance meanwhile. */
  readonly meanwhile: Status
  /** What the instance is to be. Absent: as before. */
  readonly respecs?: (spec: InstanceSpec, wish: DataOf<Wish>) => InstanceSpec
  /**
   * While it runs, quota and the capacity of its host hold what the instance is to be, beside all that they held before. After it, they hold what the
   * instance is then. Absent: as before.
   */
  readonly holds?: true
  /** It makes the instance, and nothing is held for it when that fails. */
  readonly creates?: true
  /** It asks the engine to start anew. */
  readonly renews?: true
  readonly requested: Requested
  readonly succeeded: Succeeded
  /** Where success leaves the instance. */
  readonly becomes: RestingStatus | 'DELETED' | 'as before'
  /** What success has shown of the engine: a client query succeeded, or it has stopped. */
  readonly shows: 'SERVES' | 'STOPPED' | null
  readonly failed: Failed
  readonly left: Left
  /** What is recorded of its failure, beside the fault. */
  readonly leaves: (
    instance: Known & { readonly before: RestingStatus },
    failure: Failure,
    wish: DataOf<Wish>,
  ) => DataOf<Left>
  /**
   * What of the instance is other than before though it failed; null where its host has not said: all stays held that was, meanwhile. Absent:
   * nothing. Where it is given, no other kind fails with the same event.
   */
  readonly changesFailing?: (left: DataOf<Left>) => InstanceChange | null
  /** Whether an instance that is `FAILED` after it has its data. */
  readonly keepsData: boolean
}

export const defineOperation = <
  const Kind extends string,
  const Status extends string,
  Wish extends Shape,
  const Requested extends string,
  const Succeeded extends string,
  Applied extends Shape,
  const Failed extends string,
  Left extends Shape,
>(
  definition: ExclusiveOperation<Kind, Status, Wish, Requested, Succeeded, Applied, Failed, Left>,
): ExclusiveOperation<Kind, Status, Wish, Requested, Succeeded, Applied, Failed, Left> => definition

/** The event of every shared operation that fails. */
export const sharedFailure = 'InstanceSharedOperationFailed'

/** One kind of work that goes on beside others (`lanes.ts`) and changes nothing of the status, told in one file as well. */
export type SharedOperation<
  Kind extends string,
  Wish extends Shape,
  Requested extends string,
  Succeeded extends string,
  Applied extends Shape,
> = Told<Kind, Wish, Known, Applied> & {
  readonly lane: 'shared'
  /** The things it is about, such as `database shop`: two that are about the same do not go side by side. */
  readonly about: (wish: DataOf<Wish>) => readonly string[]
  /** It takes some milliseconds: the answer to who asks for it waits for its end. */
  readonly soon?: true
  readonly requested: Requested
  readonly succeeded: Succeeded
}

export const defineSharedOperation = <
  const Kind extends string,
  Wish extends Shape,
  const Requested extends string,
  const Succeeded extends string,
  Applied extends Shape,
>(
  definition: SharedOperation<Kind, Wish, Requested, Succeeded, Applied>,
): SharedOperation<Kind, Wish, Requested, Succeeded, Applied> => definition

/** Reads from the subject of an operation what was asked for. The instance has accepted it, so it throws only for what was never accepted. */
export const wishReader = <Wish extends Shape>(wish: Wish) => {
  const schema = z.object(wish)
  return ({ wish: asked }: OperationSubject): z.output<typeof schema> => schema.parse(asked)
}

/** For an operation whose failure leaves the instance where undoing has brought it. */
export const failsAsUndone = {
  failed: 'InstanceOperationFailed',
  left: { status: z.enum(restingStatuses) },
  leaves: ({ before }: { readonly before: RestingStatus }, { compensated, undoneTo }: Failure) => ({
    status: compensated ? leftAt(before, undoneTo) : ('FAILED' as const),
  }),
} as const

/** What undoing has verified is so, whatever was said before; an instance that its host does not have was not found by it. */
const leftAt = (before: RestingStatus, undoneTo: 'ACTIVE' | 'STOPPED' | null): RestingStatus =>
  before === 'MISSING' ? before : (undoneTo ?? before)

/** Any definition, of which only the running program knows the kind: its functions are given what was made for them. */
export type AnyExclusive = ExclusiveOperation<string, string, Shape, string, string, Shape, string, Shape>
export type AnyShared = SharedOperation<string, Shape, string, string, Shape>
export type AnyOperation = AnyExclusive | AnyShared

export type Asked = { readonly operationId: OperationId; readonly epoch: number; readonly deadline: string }
export type Ended = { readonly operationId: OperationId }
