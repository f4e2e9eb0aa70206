import type { z } from 'zod'
import type { InstanceId, OperationId, ProjectId } from '../../domain/ids.ts'
import { type OperationKind, operationKinds } from '../../domain/instance/operation-kinds.ts'
import type { Actor, RequestOrigin, Role } from '../../domain/metadata.ts'
import type { QuotaLimits } from '../../domain/project/events.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Directory } from '../directory.ts'
import type { KeptCreates } from '../dispatch/kept-creates.ts'
import type { CommandContext, Handler } from '../handle.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import type { EventStore, Position } from '../ports/event-store.ts'
import type { KeyStore } from '../ports/key-store.ts'
import type { RequestIds } from '../request-ids.ts'
import type { MasterKey } from '../secrets/master-key.ts'

/** What may be asked for and how long it may take; from the configuration. */
export type DispatchSettings = {
  readonly defaultQuota: QuotaLimits
  readonly defaultFlavor: string
  readonly defaultVolumeGiB: number
  readonly maxVolumeGiB: number
  /** Tokens of a project that are valid at one time. */
  readonly maxTokens: number
  /** Until when an operation of this kind has ended at the latest, counted from the request. */
  readonly operationTimeoutMs: Readonly<Record<OperationKind, number>>
  /** How long quota and capacity are held for a request that was cut off in the middle. */
  readonly reservationMs: number
  /** How long after its first use an idempotency key stands for that request. */
  readonly idempotencyKeyLifetimeMs: number
}

/** One time for every kind of operation. */
export const timeoutOfEach = (timeoutMs: number): DispatchSettings['operationTimeoutMs'] =>
  Object.fromEntries(operationKinds.map((kind) => [kind, timeoutMs])) as Record<OperationKind, number>

export type DispatchDependencies = Pick<Kernel, 'timers' | 'random'> & {
  readonly handler: Handler
  readonly directory: Directory
  /** Only read from: what is published follows from the log. */
  readonly eventStore: Pick<EventStore, 'readStream'>
  /** Whose an instance is, as the views know: one without a stream has lost it. Null: there is none. Default: nobody is asked. */
  readonly findProjectOf?: (instanceId: InstanceId) => Promise<ProjectId | null>
  readonly bus: { readonly deadLetters: Pick<DeadLetters, 'get'> }
  readonly clock: WallClock
  /** Moves instances with passwords off lost hosts while they are made. Default: they wait for their host. */
  readonly keptCreates?: Pick<KeptCreates, 'keep'>
  readonly masterKey: MasterKey
  /** What backups are encrypted by. Default: none are kept, and none are made. */
  readonly keys?: KeyStore | undefined
  readonly settings: DispatchSettings
  /** Whose operation this is, also of one that was asked for and has not begun. It may be a moment old: the streams themselves decide. */
  readonly findInstanceOf: (operationId: OperationId) => Promise<InstanceId | null>
}

/** What commands need that Coffer sends of its own accord. Sagas send them: in a process of theirs there is no view. */
export type OwnDispatchDependencies = Pick<
  DispatchDependencies,
  'handler' | 'directory' | 'clock' | 'timers' | 'random' | 'findProjectOf' | 'keys'
> & {
  readonly settings: Pick<DispatchSettings, 'operationTimeoutMs' | 'defaultQuota'>
}

/** What comes with a command, whatever the command is. */
export type RequestFacts = {
  readonly actor: Actor
  /** 1 to 255 printable characters, chosen by the client; scoped to the actor's project, and free again some time after its first use. */
  readonly idempotencyKey?: string
  /** The version of the instance that the client last saw: refused with `VERSION_CONFLICT` when it has changed since. */
  readonly expectedVersion?: number
  /** W3C trace context of what led to it; recorded with all it leads to. */
  readonly traceparent?: string | undefined
  /** The request that it came in; recorded with what it leads to at once. */
  readonly origin?: RequestOrigin | undefined
  readonly signal: AbortSignal
}

/** Whom a command may touch: one project's things, or anybody's (`null`). */
export type Reach = { readonly projectId: ProjectId | null }

/** One request on its way, with the ids it was given. */
export type Job = {
  readonly request: RequestFacts
  readonly actor: Actor
  readonly ids: RequestIds
  /** An earlier try under the same ids may have got anywhere. */
  readonly repeat: boolean
  readonly reach: Reach
  readonly context: CommandContext
}

/** `position`: what a view must have passed to show this. `replayed`: an earlier command with the same idempotency key had done it. */
export type Accepted<Answer> = {
  readonly accepted: true
  readonly position: Position
  readonly replayed: boolean
} & Answer
export type Refused = { readonly accepted: false; readonly rejection: Rejection }
export type AnswerOf<Fields> = Accepted<Fields> | Refused

/**
 * What a command answers beside `replayed`, and how the API calls it: `InstanceOperation` makes `InstanceOperationAccepted`. A field with a description
 * is shown as it is; one without is for whoever reads back what was written.
 */
export type AnswerDefinition<Fields extends z.ZodObject> = {
  readonly name: string
  readonly says: string
  readonly fields: Fields
}

/** The least role that may send it. Readers only read. */
export type CommandRole = Exclude<Role, 'reader'>

/** All that is said of a public command: the API, the check of rights and the dispatch follow from it. */
export type CommandDefinition<
  Name extends string = string,
  Input extends z.ZodObject = z.ZodObject,
  Fields extends z.ZodObject = z.ZodObject,
  Dependencies = DispatchDependencies,
> = {
  /** Imperative. `RenameInstance` is the mutation `renameInstance`. */
  readonly name: Name
  readonly role: CommandRole
  /** For people who read the API. */
  readonly does: string
  /** What the input says, for the same people. */
  readonly asks: string
  /** Shapes, with descriptions, made by `input.ts`. What is wrong with values is told by `faults`. */
  readonly input: Input
  /** True if it changes an instance whose `expectedVersion` the caller may name. */
  readonly versioned?: boolean
  /** What this actor may not ask for, beyond role and project. */
  readonly forbids?: (input: z.output<Input>, actor: Actor) => Rejection | null
  /** All that is wrong with the input, as far as the input alone tells. */
  readonly faults?: (input: z.output<Input>) => readonly (Rejection | null)[]
  readonly answer: AnswerDefinition<Fields>
  readonly carryOut: (
    dependencies: Dependencies,
    job: Job,
    input: z.output<Input>,
  ) => Promise<AnswerOf<z.output<Fields>>>
}

/** A public command as a value. Without a role it does not compile. It is public once it stands in the registry. */
export const defineCommand = <
  const Name extends string,
  Input extends z.ZodObject,
  Fields extends z.ZodObject,
  Dependencies = DispatchDependencies,
>(
  definition: CommandDefinition<Name, Input, Fields, Dependencies>,
): CommandDefinition<Name, Input, Fields, Dependencies> => definition

export const accepted = <const Parts extends { readonly position: Position; readonly replayed: boolean }>(
  parts: Parts,
): { readonly accepted: true } & Parts => ({ accepted: true, ...parts })

export const refused = (rejection: Rejection): Refused => ({ accepted: false, rejection })
