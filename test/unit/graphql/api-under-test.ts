import type { AnswerTo, DispatchRequest, PublicCommand } from '../../../commands/api.ts'
import { checkRequest } from '../../../commands/dispatch/dispatch.ts'
import { refused } from '../../../commands/public/definition.ts'
import { allCategories } from '../../../domain/aggregates.ts'
import { type ProjectId, parseProjectId } from '../../../domain/ids.ts'
import {
  type ApiConfig,
  type ApiDependencies,
  type AuthConfig,
  createApi,
  defaultApiConfig,
} from '../../../graphql/server/api.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { createViews, createViewsAt, type Views } from '../../../projections/queries.ts'
import { createEventLog } from '../../support/event-log.ts'
import { createKeptLetters } from '../../support/kept-letters.ts'
import { createKeptRefusals } from '../../support/kept-refusals.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createRecordingLog } from '../../support/write-side.ts'
import { createApiClient } from './api-client.ts'
import { createViewWriter } from './view-writer.ts'

export const shop: ProjectId = parseProjectId('shop')
export const bank: ProjectId = parseProjectId('bank')
export const adminToken = 'the-operators-own-token'

/** What an accepted command answers, with ids that nothing has. Typed for none of the commands: a script answers whatever it is asked. */
export const accepted = (facts: Readonly<Record<string, unknown>> = {}) => ({
  accepted: true as const,
  position: 0,
  replayed: false,
  instanceId: '01a203e8-d15c-7003-b72b-000000000000',
  operationId: null,
  credentials: [],
  ...facts,
})
type Script = (request: DispatchRequest) => unknown

/** Checks commands as the real one does, answers them as a test says, and keeps what it was asked. The real one is tested elsewhere. */
const createScriptedDispatch = () => {
  const requests: DispatchRequest[] = []
  let script: Script = () => accepted()
  return {
    requests,
    answer: (next: Script) => {
      script = next
    },
    dispatch: async <Command extends PublicCommand>(request: DispatchRequest<Command>): Promise<AnswerTo<Command>> => {
      const checked = checkRequest(request)
      if (!checked.ok) return refused(checked.rejection)
      requests.push(request)
      const answer = (await script(request)) as AnswerTo<Command>
      if (!answer.accepted) return answer
      // It says no streams: any may have been written.
      const written = Object.fromEntries(allCategories.map((category) => [category, answer.position]))
      return { ...answer, written }
    },
  }
}

export type ApiOptions = {
  readonly auth?: Partial<AuthConfig>
  readonly config?: Partial<ApiConfig>
  readonly cursorKey?: Uint8Array
  readonly limits?: ApiDependencies['limits']
  readonly createLimiter?: ApiDependencies['createLimiter']
  readonly metrics?: ApiDependencies['metrics']
  readonly findLoss?: ApiDependencies['findLoss']
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** In place of what the views do. */
  readonly views?: Partial<Views>
}

/** The whole API over the real views in memory; only the write side is a script. */
export const createApiUnderTest = (options: ApiOptions = {}) => {
  const store = createMemoryViewStore()
  const writer = createViewWriter(store)
  const scripted = createScriptedDispatch()
  const { log, lines } = createRecordingLog()
  const letters = createKeptLetters()
  const refusals = createKeptRefusals()
  const past = createEventLog()
  const api = createApi({
    views: {
      ...createViews({ ...quietKernel, viewStore: store, readAuditLog: writer.readAuditLog }),
      ...options.views,
    },
    viewsAt: (moment) => ({
      ...createViewsAt({ ...quietKernel, viewStore: store, readAuditLog: writer.readAuditLog, eventStore: past })(
        moment,
      ),
      ...options.views,
    }),
    dispatch: scripted.dispatch,
    ...(options.findLoss && { findLoss: options.findLoss }),
    deadLetters: letters.deadLetters,
    refusals: refusals.kept,
    auth: {
      adminTokens: () => [adminToken],
      adminProject: parseProjectId('default'),
      oidc: null,
      keystone: null,
      ...options.auth,
    },
    config: {
      ...defaultApiConfig,
      defaultQuota: { instances: 5, vcpus: 10, memoryMiB: 10_000, volumeGiB: 100 },
      ...options.config,
    },
    cursorKey: options.cursorKey ?? Buffer.alloc(32, 'cursors'),
    kernel: { ...systemKernel(log), ...(options.now && { clock: { ...systemClock, now: options.now } }) },
    limits: { requestsPerMinute: 0, ...options.limits },
    ...(options.createLimiter && { createLimiter: options.createLimiter }),
    ...(options.metrics && { metrics: options.metrics }),
  })
  return { ...createApiClient(api, adminToken), ...writer, api, store, lines, scripted, letters, refusals, past }
}

export type ApiUnderTest = ReturnType<typeof createApiUnderTest>
