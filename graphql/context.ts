import type { Dispatch } from '../commands/api.ts'
import type { DeadLetters } from '../commands/ports/dead-letters.ts'
import type { Refusals } from '../commands/ports/refusals.ts'
import type { HostId, InstanceId, OperationId, ProjectId } from '../domain/ids.ts'
import type { RequestOrigin } from '../domain/metadata.ts'
import type { QuotaLimits } from '../domain/project/events.ts'
import type { Rejection } from '../domain/rejection.ts'
import type { StreamName } from '../domain/stream.ts'
import type { Log } from '../kernel/log.ts'
import type { Timers } from '../kernel/timers.ts'
import type { Views, ViewsAt } from '../projections/queries.ts'
import type { HostDocument } from '../projections/views/hosts.ts'
import type { InstanceDocument } from '../projections/views/instance-document.ts'
import type { OperationDocument } from '../projections/views/operations.ts'
import type { Cursors } from './cursor.ts'
import { createLoader } from './loader.ts'
import type { Outlets } from './server/outlets.ts'
import type { ProjectSlots } from './server/project-slots.ts'
import type { TakeTurn } from './server/turns.ts'
import type { Session } from './session.ts'

/** What every request shares. */
export type Backend = {
  readonly views: Views
  /** As they were at a moment, for queries with `asOf`. */
  readonly viewsAt: ViewsAt
  readonly dispatch: Dispatch
  /**
   * Why what no view shows cannot be read: others rest on its stream, which has lost all its events. Null where it never was, or is not of the project
   * (null: of any).
   */
  readonly findLoss: (projectId: ProjectId | null, stream: StreamName) => Promise<Rejection | null>
  readonly deadLetters: DeadLetters
  readonly refusals: Refusals
  readonly settings: BackendSettings
  readonly cursors: Cursors
  readonly log: Pick<Log, 'error'>
  readonly timers: Pick<Timers, 'after' | 'every'>
  /** Of subscriptions. */
  readonly slots: ProjectSlots
  readonly outlets: Pick<Outlets, 'readAhead'>
  /** Before each value of a subscription: one that catches up never waits for anything else. */
  readonly takeTurn: TakeTurn
  /** Aborts when the API closes: ends every subscription. */
  readonly closing: AbortSignal
}

export type BackendSettings = {
  /** What holds for a project whose quota no admin has set. */
  readonly defaultQuota: QuotaLimits
  /** How long one command may take before it is answered with `UNAVAILABLE`. */
  readonly commandTimeoutMs: number
  /** How long a mutation's answer waits for the views to show what was written. */
  readonly readYourWritesTimeoutMs: number
  /** How long a mutation's answer waits for work of some milliseconds to end, so that it says what came of it. */
  readonly endAwaitedMs: number
  /** How often an open subscription asks whether its token still stands. */
  readonly revalidateTokenMs: number
}

/** What a resolver is given: the backend and everything of one request. */
export type ApiContext = {
  readonly backend: Backend
  readonly session: Session
  readonly requestId: string
  /** What led to it: the operation's own span, where operations are traced, else the caller's. */
  readonly traceparent: string | undefined
  /** From where the request came; kept with what it changes. */
  readonly origin: RequestOrigin
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal
  readonly loadInstance: (id: InstanceId) => Promise<InstanceDocument | null>
  readonly loadOperation: (id: OperationId) => Promise<OperationDocument | null>
  readonly loadHost: (id: HostId) => Promise<HostDocument | null>
}

export type RequestFacts = Pick<ApiContext, 'session' | 'requestId' | 'traceparent' | 'origin' | 'signal'>

export const createApiContext = (backend: Backend, request: RequestFacts): ApiContext => ({
  backend,
  session: request.session,
  requestId: request.requestId,
  traceparent: request.traceparent,
  origin: request.origin,
  signal: request.signal,
  loadInstance: createLoader((ids) => backend.views.instancesById(ids)),
  loadOperation: createLoader((ids) => backend.views.operationsById(ids)),
  loadHost: createLoader((ids) => backend.views.hostsById(ids)),
})
