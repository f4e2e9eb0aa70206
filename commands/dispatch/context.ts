import type { InstanceId, OperationId, ProjectId } from '../../domain/ids.ts'
import type { OperationKind } from '../../domain/instance/operations.ts'
import type { Actor } from '../../domain/metadata.ts'
import type { QuotaLimits } from '../../domain/project/events.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { RequestIds } from '../../domain/request/index.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Credential, DispatchAnswer, DispatchRequest } from '../api.ts'
import type { Directory } from '../directory.ts'
import type { CommandContext, Handler } from '../handle.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import type { EventStore, Position } from '../ports/event-store.ts'
import type { MasterKey } from '../secrets/master-key.ts'
import { type Reach, reachOf } from './authorise.ts'
import type { KeptCreates } from './kept-creates.ts'

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
  readonly settings: DispatchSettings
  /** Whose operation this is, also of one that was asked for and has not begun. It may be a moment old: the streams themselves decide. */
  readonly findInstanceOf: (operationId: OperationId) => Promise<InstanceId | null>
}

/** One request on its way, with the ids it was given. */
export type Job = {
  readonly request: DispatchRequest
  readonly actor: Actor
  readonly ids: RequestIds
  /** An earlier try under the same ids may have got anywhere. */
  readonly repeat: boolean
  readonly reach: Reach
  readonly context: CommandContext
}

export const createJob = (request: DispatchRequest, ids: RequestIds, repeat: boolean): Job => ({
  request,
  actor: request.actor,
  ids,
  repeat,
  reach: reachOf(request.actor),
  context: {
    actor: request.actor,
    commandId: ids.commandId,
    correlationId: null,
    projectId: null,
    instanceId: null,
    causationId: ids.commandId,
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  },
})

type AcceptedParts = {
  readonly position: Position
  readonly instanceId?: RequestIds['instanceId']
  readonly operationId?: RequestIds['operationId']
  readonly tokenId?: RequestIds['tokenId']
  readonly credentials?: readonly Credential[]
  readonly token?: string
  readonly replayed: boolean
}

export const accepted = (parts: AcceptedParts): DispatchAnswer => ({
  accepted: true,
  instanceId: null,
  operationId: null,
  tokenId: null,
  credentials: [],
  token: null,
  ...parts,
})

export const refused = (rejection: Rejection): DispatchAnswer => ({ accepted: false, rejection })
