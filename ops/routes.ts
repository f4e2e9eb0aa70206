import type { Authenticate } from '../graphql/pipeline/authentication.ts'
import type { Api } from '../graphql/server/api.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { OnProgress } from '../projections/progress.ts'
import type { ViewVerification } from '../projections/verify.ts'
import { createRestApi } from '../rest/api.ts'
import { createRestHandler } from '../rest/handle.ts'
import { adminRoute } from './admin-route.ts'
import type { BackupCheck } from './backup-check.ts'
import type { HostDifference } from './host-differences.ts'
import { type Route, sendJson } from './http.ts'
import type { LogHealth } from './log-health.ts'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'
import type { Status } from './status.ts'

export type RouteDeps = {
  readonly readiness: () => Promise<Readiness>
  readonly metrics: Metrics
  readonly graphql: GraphqlRoutes | null
}

/** What a server with the role `api` offers besides. */
export type GraphqlRoutes = {
  readonly kernel: Pick<Kernel, 'clock' | 'timers'>
  readonly api: Api
  readonly authenticate: Authenticate
  /** Requests are answered with 503 until the server runs. */
  readonly isRunning: () => boolean
  /** Aborts when the server stops: what takes long is broken off, and does not take the time from what is stopped after it. */
  readonly stopping: AbortSignal
  readonly verifyViews: (signal: AbortSignal, onProgress: OnProgress) => Promise<readonly ViewVerification[]>
  readonly status: () => Promise<Status>
  /** What of the log is missing, and what others have set on its streams. */
  readonly logHealth: (signal: AbortSignal) => Promise<LogHealth>
  /** Where hosts and the log differ. */
  readonly hostDifferences: (signal: AbortSignal) => Promise<readonly HostDifference[]>
  /** Where the backup store and the log differ; null where no backups are kept. */
  readonly checkBackups: (signal: AbortSignal) => Promise<BackupCheck | null>
  readonly rebuildViews: (signal: AbortSignal, onProgress: OnProgress) => Promise<unknown>
}

export const createRoutes = ({ readiness, metrics, graphql }: RouteDeps): Readonly<Record<string, Route>> => ({
  '/healthz': {
    name: 'healthz',
    methods: ['GET', 'HEAD'],
    handle: (_request, response) => sendJson(response, 200, { alive: true }),
  },
  '/readyz': {
    name: 'readyz',
    methods: ['GET', 'HEAD'],
    handle: async (_request, response) => {
      const state = await readiness()
      sendJson(response, state.ready ? 200 : 503, state)
    },
  },
  '/metrics': {
    name: 'metrics',
    methods: ['GET', 'HEAD'],
    handle: async (_request, response) => {
      response.writeHead(200, { 'content-type': metrics.registry.contentType })
      response.end(await metrics.registry.metrics())
    },
  },
  ...(graphql ? graphqlRoutes(graphql) : {}),
})

/** With these a client of GraphQL over SSE begins and ends the mode of a single connection. */
const singleConnectionMethods: readonly string[] = ['PUT', 'DELETE']

const noSingleConnection = {
  message:
    'GraphQL over SSE has the mode of distinct connections here: send each operation by POST with `Accept: text/event-stream` (graphql-sse: `singleConnection: false`)',
  extensions: { code: 'NOT_IMPLEMENTED', retryable: false },
}

/** Where Trove's clients look: for the versions, for the API, and for a login. */
const restRoutes = ({ api, isRunning }: GraphqlRoutes): Readonly<Record<string, Route>> => {
  const handle = createRestHandler(createRestApi(api.edge), api.edge.limits)
  const route: Route = {
    name: 'rest',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    handle: (request, response) => {
      if (isRunning()) return handle(request, response)
      response.setHeader('retry-after', '1')
      sendJson(response, 503, { serviceUnavailable: { code: 503, message: 'the server is starting or stopping' } })
    },
  }
  return { '/': route, '/v1.0': route, '/v1.0/': route, '/v3': route, '/v3/': route }
}

const graphqlRoutes = (deps: GraphqlRoutes): Readonly<Record<string, Route>> => ({
  '/graphql': {
    name: 'graphql',
    methods: ['GET', 'POST', 'OPTIONS', ...singleConnectionMethods],
    handle: (request, response) => {
      if (singleConnectionMethods.includes(request.method ?? ''))
        return sendJson(response, 501, { errors: [noSingleConnection] })
      if (deps.isRunning()) return deps.api.handle(request, response)
      response.setHeader('retry-after', '1')
      const error = {
        message: 'the server is starting or stopping',
        extensions: { code: 'UNAVAILABLE', retryable: true },
      }
      sendJson(response, 503, { errors: [error] })
    },
  },
  ...restRoutes(deps),
  '/admin/status': adminRoute(deps, 'status', deps.status),
  '/admin/views/verify': adminRoute(deps, 'verify', async (signal, onProgress) => ({
    views: await deps.verifyViews(signal, onProgress),
    hosts: await deps.hostDifferences(signal),
    log: await deps.logHealth(signal),
  })),
  '/admin/backups/check': adminRoute(deps, 'check-backups', async (signal) => ({
    check: await deps.checkBackups(signal),
  })),
  '/admin/views/rebuild': adminRoute(deps, 'rebuild', async (signal, onProgress) => {
    await deps.rebuildViews(signal, onProgress)
    const views = await deps.verifyViews(signal, onProgress)
    return { views, hosts: await deps.hostDifferences(signal), log: await deps.logHealth(signal) }
  }),
})
