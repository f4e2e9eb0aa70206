import { z } from 'zod'
import { defineEvent, type EventDefinition } from '../event-definition.ts'
import { operationIdSchema } from '../ids.ts'
import { retryDelaysMs, type Step } from '../operation/process.ts'
import type { OperationSubject } from '../operation/subject.ts'
import { type Fault, faultSchema } from '../values/fault.ts'
import type { AnyOperation, Asked, DataOf, Ended } from './operations/define-operation.ts'
import { deleteOperation } from './operations/delete.ts'
import { grow } from './operations/grow.ts'
import { provision } from './operations/provision.ts'
import { restart } from './operations/restart.ts'
import { start } from './operations/start.ts'
import { stop } from './operations/stop.ts'

/** Every kind of work on an instance. */
export const operations = { provision, restart, stop, start, grow, delete: deleteOperation } as const

type Operations = typeof operations
export type OperationKind = keyof Operations
/** Those that an instance is asked for once it is there. */
export type RequestedKind = Exclude<OperationKind, 'provision'>
export type WishOf<K extends OperationKind> = DataOf<Operations[K]['wish']>

export const operationKinds = Object.keys(operations) as [OperationKind, ...OperationKind[]]
export const operationKindSchema = z.enum(operationKinds)
export const allOperations: readonly (AnyOperation & { readonly kind: OperationKind })[] = Object.values(
  operations as unknown as Record<OperationKind, AnyOperation & { readonly kind: OperationKind }>,
)

export const operationOf = (kind: OperationKind): AnyOperation => operations[kind] as unknown as AnyOperation

type RequestedEvents = {
  readonly [K in RequestedKind as Operations[K]['requested']]: EventDefinition<Asked & WishOf<K>>
}
type SucceededEvents = {
  readonly [K in OperationKind as Operations[K]['succeeded']]: EventDefinition<Ended & DataOf<Operations[K]['applied']>>
}
type FailedEvents = {
  readonly [K in OperationKind as Operations[K]['failed']]: EventDefinition<
    Ended & { readonly fault: Fault } & DataOf<Operations[K]['left']>
  >
}
export type RequestedType = keyof RequestedEvents
export type SucceededType = keyof SucceededEvents
export type FailedType = keyof FailedEvents

export const asked = { operationId: operationIdSchema, epoch: z.int().positive(), deadline: z.iso.datetime() }
const ended = { operationId: operationIdSchema }

/** The events of all operations. The one that asks for an instance says what it is to be, and is not among them. */
export const operationEventDefinitions = Object.fromEntries(
  allOperations.flatMap(({ creates, requested, wish, succeeded, applied, failed, left }) => [
    ...(creates ? [] : [[requested, defineEvent(1, z.object({ ...asked, ...wish }))] as const]),
    [succeeded, defineEvent(1, z.object({ ...ended, ...applied }))] as const,
    [failed, defineEvent(1, z.object({ ...ended, fault: faultSchema, ...left }))] as const,
  ]),
) as unknown as RequestedEvents & SucceededEvents & FailedEvents

type Phase = 'requested' | 'succeeded' | 'failed'

/** What an event says of an operation; several kinds may fail alike. Null for an event that is about none. */
export const phaseOf = (type: string): { readonly phase: Phase; readonly operation: AnyOperation } | null =>
  phases.get(type) ?? null

const phases = new Map(
  allOperations.flatMap((operation) =>
    (['requested', 'succeeded', 'failed'] as const).map((phase) => [operation[phase], { phase, operation }] as const),
  ),
)

/** The steps that this subject needs, in order. */
export const stepsFor = (kind: OperationKind, subject: OperationSubject): readonly Step[] =>
  operationOf(kind).steps.filter((step) => step.payload(subject) !== null)

/** The names of all steps that may come to a guest command, those that undo included. */
export const stepNames = (kind: OperationKind, subject: OperationSubject): readonly string[] =>
  [...stepsFor(kind, subject), ...operationOf(kind).compensation].map((step) => step.name)

/** What the id of the guest command of an attempt is known by. The first has the name of its step. */
export const attemptName = (step: string, attempt: number): string => (attempt === 1 ? step : `${step}#${attempt}`)

/** The names of all guest commands that may come: `StartOperation` brings an id for each. */
export const guestCommandNames = (kind: OperationKind, subject: OperationSubject): readonly string[] => {
  const steps = stepNames(kind, subject)
  return [...steps, ...retryDelaysMs.flatMap((_, index) => steps.map((step) => attemptName(step, index + 2)))]
}

/** Its steps leave nothing of the instance, so that they need no host that is lost: it carries them out when it is back. */
export const removes = (kind: OperationKind): boolean => operationOf(kind).steps.some((step) => step.settledWithoutHost)
