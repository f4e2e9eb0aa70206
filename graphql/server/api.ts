import type { IncomingMessage, ServerResponse } from 'node:http'
import { type GraphQLSchema, validate } from 'graphql'
import { createYoga, type GraphiQLOptions, type Plugin } from 'graphql-yoga'
import type { Dispatch } from '../../commands/api.ts'
import type { DeadLetters } from '../../commands/ports/dead-letters.ts'
import type { Refusals } from '../../commands/ports/refusals.ts'
import type { ProjectId } from '../../domain/ids.ts'
import { cut } from '../../domain/values/text.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Views, ViewsAt } from '../../projections/queries.ts'
import { type ApiContext, type Backend, type BackendSettings, createApiContext, type RequestFacts } from '../context.ts'
import { createCursors } from '../cursor.ts'
import { maxErrorCharacters } from '../errors.ts'
import { type ApiLimits, defaultLimits } from '../limits.ts'
import { createAdminTokenVerifier } from '../pipeline/admin-token.ts'
import { createAdmission, useAdmission } from '../pipeline/admission.ts'
import { createApiTokenVerifier } from '../pipeline/api-token.ts'
import { type Authenticate, createAuthenticate, useAuthentication } from '../pipeline/authentication.ts'
import { useComplexityLimit } from '../pipeline/complexity.ts'
import { preflightHeaders, useCsrfPrevention } from '../pipeline/csrf-prevention.ts'
import { createDocuments } from '../pipeline/document-limits.ts'
import { createErrorMasking, type ErrorMasking, useReporting } from '../pipeline/error-masking.ts'
import { useVariableCheck, withQuietValues } from '../pipeline/input-check.ts'
import { createKeystoneVerifier, type KeystoneConfig } from '../pipeline/keystone.ts'
import { createOidcVerifier, type OidcConfig } from '../pipeline/oidc.ts'
import { useOutlets, usePageHeaders, useStreamHeaders } from '../pipeline/outgoing.ts'
import { type CreatePointLimiter, createRateLimit, type RateLimit } from '../pipeline/rate-limit.ts'
import { type RequestContext, sessionOf } from '../pipeline/request-context.ts'
import { useRequestId } from '../pipeline/request-id.ts'
import { useTracing } from '../pipeline/tracing.ts'
import { createSchema } from '../schema.ts'
import { type ApiMetrics, noMetrics } from '../telemetry.ts'
import { createOutlets } from './outlets.ts'
import { createProjectSlots } from './project-slots.ts'
import { createTurns } from './turns.ts'
import { createWebSocketHandler, type HandleUpgrade } from './websocket.ts'

export type AuthConfig = {
  /** The tokens of the operator that are accepted now. */
  readonly adminTokens: () => readonly string[]
  /** The project the operator's token belongs to. */
  readonly adminProject: ProjectId
  /** Whose JWTs are accepted; null: nobody's. */
  readonly oidc: OidcConfig | null
  /** Whose tokens are accepted besides; null: of none. */
  readonly keystone: KeystoneConfig | null
}

export type ApiConfig = BackendSettings & {
  /** GraphiQL, and suggestions in the messages of validation errors. */
  readonly development: boolean
  /** Web pages of these origins may use the API; none: browsers keep all others out. */
  readonly corsOrigins: readonly string[]
}

/** All of `ApiConfig` but what only the program knows. */
export const defaultApiConfig = {
  development: false,
  corsOrigins: [],
  commandTimeoutMs: 20_000,
  readYourWritesTimeoutMs: 5000,
  endAwaitedMs: 2000,
  revalidateTokenMs: 5000,
} as const satisfies Partial<ApiConfig>

export type ApiDependencies = {
  readonly views: Views
  readonly viewsAt: ViewsAt
  readonly dispatch: Dispatch
  /** As of `Backend`. Default: nothing is ever lost. */
  readonly findLoss?: Backend['findLoss']
  /** Messages that could not be handled. */
  readonly deadLetters: DeadLetters
  /** Commands that were refused of late. */
  readonly refusals: Refusals
  readonly auth: AuthConfig
  readonly config: ApiConfig
  /** 32 secret bytes, the same for every API of the system: a cursor that one gave is taken by all. */
  readonly cursorKey: Uint8Array
  /** Operations are traced by its tracer. */
  readonly kernel: Kernel
  readonly limits?: Partial<ApiLimits>
  /** Where operations are counted for the rate limit; default: in this process. */
  readonly createLimiter?: CreatePointLimiter
  readonly metrics?: ApiMetrics
}

export type Api = {
  readonly schema: GraphQLSchema
  /** Answers a request without a socket. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Answers `/graphql` of a Node server. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Takes over a connection that asks to become a WebSocket. */
  readonly handleUpgrade: HandleUpgrade
  /** Who a token stands for, for what the server offers besides. */
  readonly authenticate: Authenticate
  /** What another form of the same API stands on. */
  readonly edge: Edge
  /** Bytes that wait for subscribers that have not taken them yet. */
  readonly waitingBytes: () => number
  /** Ends every subscription and WebSocket, telling clients to come back. Takes no new ones. */
  readonly close: () => Promise<void>
}

/** What every form of the API has in common: who asks, how often, what is read and written, and what is told of an error. */
export type Edge = {
  readonly authenticate: Authenticate
  readonly rateLimit: RateLimit
  readonly contextOf: (facts: RequestFacts) => ApiContext
  readonly masking: ErrorMasking
  readonly kernel: Kernel
  readonly metrics: ApiMetrics
  readonly limits: ApiLimits
}

/** Costly operations, of tens of milliseconds at the worst, that are begun in one turn of the event loop. */
const operationsPerTurn = 1
/** Values of subscriptions, of less than a millisecond, that are sent in one. */
const valuesPerTurn = 4

/** The API over HTTP, SSE and WebSocket. It opens no port itself. */
export const createApi = (dependencies: ApiDependencies): Api => {
  const {
    views,
    viewsAt,
    dispatch,
    deadLetters,
    refusals,
    config,
    cursorKey,
    kernel,
    metrics = noMetrics,
  } = dependencies
  const { clock, log, timers, tracer } = kernel
  const limits: ApiLimits = { ...defaultLimits, ...dependencies.limits }
  const closing = new AbortController()
  const slots = createProjectSlots({
    perProject: limits.subscriptionsPerProject,
    onChange: metrics.openSubscriptions,
  })
  const outlets = createOutlets({
    limits,
    kernel,
    onCut: (cut) => log.warn(cut, 'a subscriber that does not read was cut'),
  })
  const backend: Backend = {
    views,
    viewsAt,
    dispatch,
    findLoss: dependencies.findLoss ?? (async () => null),
    deadLetters,
    refusals,
    settings: config,
    cursors: createCursors(cursorKey),
    log,
    timers,
    slots,
    outlets,
    takeTurn: createTurns(timers, valuesPerTurn),
    closing: closing.signal,
  }

  const schema = createSchema()
  const authenticate = createAuthenticate(verifiersOf(dependencies.auth, views, kernel))
  const documents = createDocuments(limits)
  const rateLimit = createRateLimit(limits.requestsPerMinute, dependencies.createLimiter)
  const admit = createAdmission(documents, limits, rateLimit, createTurns(timers, operationsPerTurn))
  const masking = createErrorMasking(log)
  const contextOf = (facts: RequestFacts): ApiContext => createApiContext(backend, facts)

  const yoga = createYoga<RequestContext, ApiContext>({
    schema,
    context: (initial) => contextOf(requestFacts(initial)),
    plugins: [
      useRequestId(kernel),
      useCsrfPrevention(),
      useAuthentication(authenticate),
      useAdmission(admit),
      useQuietValidation(config.development),
      useVariableCheck(),
      useComplexityLimit(schema, limits),
      useTracing(tracer),
      useReporting(masking, metrics, clock),
      useOutlets(outlets),
      useStreamHeaders(),
      usePageHeaders(),
    ],
    // Documents are parsed by admission, within the limits; here they are only found again.
    parserAndValidationCache: { documentCache: { get: documents.known, set: () => {} } },
    maskedErrors: { maskError: masking.mask },
    maxRequestBodySize: limits.bodyBytes,
    multipart: false,
    cors: config.corsOrigins.length === 0 ? false : corsOf(config.corsOrigins),
    graphiql: config.development ? { title: 'Coffer', headers: '{"Authorization": "Bearer <token>"}' } : false,
    renderGraphiQL: renderPage,
    landingPage: false,
    logging: false,
  })
  const sockets = createWebSocketHandler({
    engine: (initial) => yoga.getEnveloped(initial),
    authenticate,
    admit,
    masking,
    limits,
    outlets,
    kernel,
    metrics,
    closing: closing.signal,
  })

  return {
    schema,
    fetch: async (request) => yoga.fetch(request),
    handle: async (request, response) => {
      await yoga(request, response)
    },
    handleUpgrade: sockets.handleUpgrade,
    authenticate,
    edge: { authenticate, rateLimit, contextOf, masking, kernel, metrics, limits },
    waitingBytes: outlets.waitingBytes,
    close: async () => {
      closing.abort()
      await sockets.close()
    },
  }
}

const verifiersOf = ({ adminTokens, adminProject, oidc, keystone }: AuthConfig, views: Views, kernel: Kernel) => [
  createAdminTokenVerifier(adminTokens, adminProject),
  createApiTokenVerifier(views, kernel.clock),
  ...(oidc === null ? [] : [createOidcVerifier(oidc, kernel)]),
  ...(keystone === null ? [] : [createKeystoneVerifier(keystone, kernel)]),
]

/** GraphiQL as one page that loads nothing from elsewhere: it works without the internet. Nine megabytes, read when they are asked for. */
const renderPage = async (options?: GraphiQLOptions): Promise<string> => {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  return String(await renderGraphiQL(options))
}

const requestFacts = (initial: RequestContext): RequestFacts => {
  const { requestId, signal, traceparent, origin } = initial
  if (requestId === undefined || signal === undefined || origin === undefined) {
    throw new Error('a request came without its id, origin and signal')
  }
  return { session: sessionOf(initial), requestId, signal, traceparent, origin }
}

/** Few errors at a time, short, and without the values they are about; outside of development, no guesses at what was meant. */
const useQuietValidation = (development: boolean): Plugin => ({
  onValidate: ({ setValidationFn }) =>
    setValidationFn((schema, document, rules) => {
      const options = { maxErrors: 20, hideSuggestions: !development }
      const errors = validate(schema, document, withQuietValues(rules), options)
      for (const error of errors) error.message = cut(error.message, maxErrorCharacters)
      return errors
    }),
})

const corsOf = (origins: readonly string[]) => ({
  origin: [...origins],
  credentials: false,
  methods: ['GET', 'POST', 'OPTIONS'],
  allowedHeaders: ['Authorization', 'Content-Type', 'X-Request-Id', 'traceparent', ...preflightHeaders],
  exposedHeaders: ['X-Request-Id', 'Retry-After'],
})
