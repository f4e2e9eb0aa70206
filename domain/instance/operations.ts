import { z } from 'zod'
import { defineEvent, type EventDefinition } from '../event-definition.ts'
import { operationIdSchema } from '../ids.ts'
import { type Done, retryDelaysMs, type Step } from '../operation/process.ts'
import type { OperationSubject } from '../operation/subject.ts'
import { type Fault, faultSchema } from '../values/fault.ts'
import type { InstanceSpec } from '../values/instance-spec.ts'
import { type OperationKind, operationKinds } from './operation-kinds.ts'
import { backupOperation } from './operations/backup.ts'
import { changePassword } from './operations/change-password.ts'
import { configure, configureRestart } from './operations/configure.ts'
import { createDatabase } from './operations/create-database.ts'
import { createUsers } from './operations/create-users.ts'
import {
  type AnyExclusive,
  type AnyOperation,
  type AnyShared,
  type Asked,
  type DataOf,
  type Ended,
  sharedFailure,
} from './operations/define-operation.ts'
import { deleteOperation } from './operations/delete.ts'
import { deleteDatabase } from './operations/delete-database.ts'
import { deleteUsers } from './operations/delete-users.ts'
import { disableRoot } from './operations/disable-root.ts'
import { enableRoot } from './operations/enable-root.ts'
import { createExtension, dropExtension } from './operations/extensions.ts'
import { grantAccess } from './operations/grant-access.ts'
import { provision } from './operations/provision.ts'
import { refreshAccounts } from './operations/refresh-accounts.ts'
import { resize } from './operations/resize.ts'
import { restart } from './operations/restart.ts'
import { revokeAccess } from './operations/revoke-access.ts'
import { start } from './operations/start.ts'
import { stop } from './operations/stop.ts'

/** What every kind of work on an instance is. */
export const operations = {
  provision,
  restart,
  stop,
  start,
  resize,
  delete: deleteOperation,
  'create-database': createDatabase,
  'delete-database': deleteDatabase,
  backup: backupOperation,
  'create-users': createUsers,
  'delete-users': deleteUsers,
  'change-password': changePassword,
  'grant-access': grantAccess,
  'revoke-access': revokeAccess,
  'enable-root': enableRoot,
  'disable-root': disableRoot,
  'refresh-accounts': refreshAccounts,
  'create-extension': createExtension,
  'drop-extension': dropExtension,
  configure,
  'configure-restart': configureRestart,
} as const satisfies { readonly [K in OperationKind]: { readonly kind: K } }

type Operations = typeof operations
type InLane<Lane> = {
  readonly [K in OperationKind]: Operations[K] extends { readonly lane: Lane } ? K : never
}[OperationKind]
export type ExclusiveKind = InLane<'exclusive'>
export type SharedKind = InLane<'shared'>
/** Those that an instance is asked for once it is there. */
export type RequestedKind = Exclude<OperationKind, 'provision'>
export type WishOf<K extends OperationKind> = DataOf<Operations[K]['wish']>

type AnyOf<K extends OperationKind> = K extends SharedKind ? AnyShared : AnyExclusive
export const operationOf = <K extends OperationKind>(kind: K): AnyOf<K> => operations[kind] as unknown as AnyOf<K>

export const operationKindSchema = z.enum(operationKinds)

type Known<Operation, Kind> = Operation & { readonly kind: Kind }
export type KnownOperation = Known<AnyExclusive, ExclusiveKind> | Known<AnyShared, SharedKind>
export const allOperations = operationKinds.map((kind) => operations[kind] as unknown as KnownOperation)
export const exclusiveOperations = allOperations.filter((operation) => operation.lane === 'exclusive')
export const sharedOperations = allOperations.filter((operation) => operation.lane === 'shared')

type RequestedEvents = {
  readonly [K in RequestedKind as Operations[K]['requested']]: EventDefinition<Asked & WishOf<K>>
}
type SucceededEvents = {
  readonly [K in OperationKind as Operations[K]['succeeded']]: EventDefinition<Ended & DataOf<Operations[K]['applied']>>
}
type Failed<Left = unknown> = EventDefinition<Ended & { readonly fault: Fault } & Left>
type FailedEvents = {
  readonly [K in ExclusiveKind as Operations[K]['failed']]: Failed<DataOf<Operations[K]['left']>>
} & { readonly [sharedFailure]: Failed }
export type RequestedType = keyof RequestedEvents
export type SucceededType = keyof SucceededEvents
export type FailedType = keyof FailedEvents

type RequestedShared = { readonly [K in SharedKind]: Operations[K]['requested'] }[SharedKind]
type SucceededShared = { readonly [K in SharedKind]: Operations[K]['succeeded'] }[SharedKind]
export type SharedEventType = RequestedShared | SucceededShared | typeof sharedFailure

export const asked = { operationId: operationIdSchema, epoch: z.int().positive(), deadline: z.iso.datetime() }
const ended = { operationId: operationIdSchema }
const failed = { ...ended, fault: faultSchema }

const failureOf = (operation: AnyOperation): string =>
  operation.lane === 'exclusive' ? operation.failed : sharedFailure

export const failedTypes: readonly string[] = [...new Set(allOperations.map(failureOf))]

/** The events of all operations. The one that asks for an instance says what it is to be, and is not among them. */
export const operationEventDefinitions = Object.fromEntries(
  allOperations.flatMap((operation) => {
    const { requested, wish, succeeded, applied } = operation
    const left = operation.lane === 'exclusive' ? operation.left : {}
    const isOwn = operation.lane === 'shared' || !operation.creates
    return [
      ...(isOwn ? [[requested, defineEvent(1, z.object({ ...asked, ...wish }))] as const] : []),
      [succeeded, defineEvent(1, z.object({ ...ended, ...applied }))] as const,
      [failureOf(operation), defineEvent(1, z.object({ ...failed, ...left }))] as const,
    ]
  }),
) as unknown as RequestedEvents & SucceededEvents & FailedEvents

export type Phase = 'requested' | 'succeeded' | 'failed'

/** What an event says of an operation; several kinds may fail alike. Null for an event that is about none. */
export const phaseOf = (type: string): { readonly phase: Phase; readonly operation: AnyOperation } | null =>
  phases.get(type) ?? null

const phases = new Map(
  allOperations.flatMap((operation): readonly (readonly [string, { phase: Phase; operation: AnyOperation }])[] => [
    [operation.requested, { phase: 'requested', operation }],
    [operation.succeeded, { phase: 'succeeded', operation }],
    [failureOf(operation), { phase: 'failed', operation }],
  ]),
)

/** The steps that this subject needs after what is done, in order. */
export const stepsFor = (kind: OperationKind, subject: OperationSubject, done: Done): readonly Step[] =>
  neededOf(operationOf(kind).steps, subject, done)

/** Those that it takes to undo what is done. */
export const undoingSteps = (kind: OperationKind, subject: OperationSubject, done: Done): readonly Step[] =>
  neededOf(operationOf(kind).compensation, subject, done)

const neededOf = (steps: readonly Step[], subject: OperationSubject, done: Done): readonly Step[] =>
  steps.filter((step) => step.payload(subject, done) !== null)

/** The names of all steps that may come to a guest command, those that undo included: which do may follow from what others tell. */
export const stepNames = (kind: OperationKind): readonly string[] =>
  [...operationOf(kind).steps, ...operationOf(kind).compensation].map((step) => step.name)

/** What the id of the guest command of an attempt is known by. The first has the name of its step. */
export const attemptName = (step: string, attempt: number): string => (attempt === 1 ? step : `${step}#${attempt}`)

/** The names of all guest commands that may come: `StartOperation` brings an id for each. */
export const guestCommandNames = (kind: OperationKind): readonly string[] => {
  const steps = stepNames(kind)
  return [...steps, ...retryDelaysMs.flatMap((_, index) => steps.map((step) => attemptName(step, index + 2)))]
}

/** Whether it holds something for its instance, which is reserved before it is asked for. */
export const holds = (kind: OperationKind): boolean => 'holds' in operations[kind]

/** What the instance is to be by this wish, as far as it is a wish of the kind. */
export const respec = (kind: ExclusiveKind, spec: InstanceSpec, wish: object): InstanceSpec =>
  operationOf(kind).respecs?.(spec, wish as Parameters<NonNullable<AnyExclusive['respecs']>>[1]) ?? spec

/** Its steps leave nothing of the instance, so that they need no host that is lost: it carries them out when it is back. */
export const removes = (kind: OperationKind): boolean => operationOf(kind).steps.some((step) => step.settledWithoutHost)
