import type { Dispatch } from '../../commands/api.ts'
import { createDispatch } from '../../commands/dispatch/dispatch.ts'
import { createKeptCreates, type KeptCreates } from '../../commands/dispatch/kept-creates.ts'
import { findLoss } from '../../commands/dispatch/lost-stream.ts'
import { createMoveCreate } from '../../commands/move-create.ts'
import type { EventStore } from '../../commands/ports/event-store.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { createRefusalLog, defaultRefusalSettings } from '../../commands/refusals.ts'
import { keyedHash, type MasterKey } from '../../commands/secrets/master-key.ts'
import { type OperationId, parseProjectId } from '../../domain/ids.ts'
import { createAdminTokenVerifier } from '../../graphql/pipeline/admin-token.ts'
import { createApiTokenVerifier } from '../../graphql/pipeline/api-token.ts'
import { type Authenticate, createAuthenticate } from '../../graphql/pipeline/authentication.ts'
import { oidcDefaults } from '../../graphql/pipeline/oidc.ts'
import type { CreatePointLimiter } from '../../graphql/pipeline/rate-limit.ts'
import { type Api, type AuthConfig, createApi, defaultApiConfig } from '../../graphql/server/api.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createAuditLogReader } from '../../projections/audit-log.ts'
import type { ViewStore } from '../../projections/ports/view-store.ts'
import { createViews, createViewsAt, type Views } from '../../projections/queries.ts'
import type { Config } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import { traceDispatch } from '../tracing/traced.ts'
import type { ControlPlane } from './control-plane.ts'
import { defaultQuota, dispatchSettings } from './dispatch-settings.ts'
import { readAdminTokens } from './secrets.ts'

export type ApiParts = {
  readonly api: Api
  /** For what this server offers besides GraphQL. */
  readonly authenticate: Authenticate
  readonly dispatch: Dispatch
  readonly keptCreates: KeptCreates
  readonly views: Views
  /** Null where the token is configured. */
  readonly adminTokenFile: string | null
}

export const createApiParts = (
  deps: {
    readonly eventStore: EventStore
    readonly viewStore: ViewStore
    readonly createLimiter: CreatePointLimiter | null
    readonly controlPlane: ControlPlane
    readonly bus: MessageBus
    readonly metrics: Metrics
    readonly kernel: Kernel
    readonly masterKey: MasterKey
  },
  config: Config,
): ApiParts => {
  const { kernel, masterKey } = deps
  const { handler, directory } = deps.controlPlane
  const { adminTokens, adminTokenFile } = readAdminTokens(config, kernel)
  const settings = dispatchSettings(config)
  const reads = { ...kernel, viewStore: deps.viewStore, readAuditLog: createAuditLogReader(deps.eventStore) }
  const views = createViews(reads)
  const findInstanceOf = async (id: OperationId) => (await views.operation(id))?.instanceId ?? null
  const moveCreate = createMoveCreate({ ...kernel, handler, directory })
  const keptCreates = createKeptCreates({ ...kernel, handler, directory, moveCreate })
  const refusals = createRefusalLog({
    ...kernel,
    eventStore: deps.eventStore,
    settings: { ...defaultRefusalSettings, keptDays: config.refusalsKeptDays },
  })
  const dispatch = traceDispatch(
    kernel.tracer,
    deps.metrics.countDispatch(
      refusals.noting(
        createDispatch({
          ...kernel,
          handler,
          directory,
          eventStore: deps.eventStore,
          bus: deps.bus,
          keptCreates,
          masterKey,
          keys: deps.controlPlane.keys,
          settings,
          findInstanceOf,
          findProjectOf: async (id) => (await views.instance(id))?.projectId ?? null,
        }),
      ),
    ),
  )
  const adminProject = parseProjectId(config.adminProject)
  const api = createApi({
    views,
    viewsAt: createViewsAt({ ...reads, eventStore: deps.eventStore }),
    dispatch,
    findLoss: (projectId, stream) => findLoss({ directory, eventStore: deps.eventStore }, projectId, stream),
    deadLetters: deps.bus.deadLetters,
    refusals,
    auth: { adminTokens, adminProject, oidc: oidcOf(config), keystone: keystoneOf(config) },
    config: {
      ...defaultApiConfig,
      development: config.mode === 'development',
      corsOrigins: config.corsOrigins,
      defaultQuota: defaultQuota(config),
    },
    cursorKey: Buffer.from(keyedHash(masterKey, 'cursors', ''), 'base64url'),
    limits: { requestsPerMinute: config.rateLimitPerMinute },
    ...(deps.createLimiter && { createLimiter: deps.createLimiter }),
    metrics: deps.metrics.api,
    kernel,
  })
  const verifiers = [createAdminTokenVerifier(adminTokens, adminProject), createApiTokenVerifier(views, kernel.clock)]
  return { api, authenticate: createAuthenticate(verifiers), dispatch, keptCreates, views, adminTokenFile }
}

/** How long Keystone may take to answer. */
const keystoneTimeoutMs = 5000

const keystoneOf = ({ keystoneUrl: url, keystoneKeptMs: keptMs }: Config): AuthConfig['keystone'] =>
  url === null ? null : { url, keptMs, timeoutMs: keystoneTimeoutMs }

const oidcOf = (config: Config): AuthConfig['oidc'] => {
  const { oidcIssuer: issuer, oidcAudience: audience } = config
  if (issuer === null || audience === null) return null
  return {
    ...oidcDefaults,
    issuer,
    audience,
    jwksUrl: config.oidcJwksUrl,
    projectClaim: config.oidcProjectClaim,
    rolesClaim: config.oidcRolesClaim,
  }
}
