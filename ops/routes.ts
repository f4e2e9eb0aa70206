import type { IncomingMessage } from 'node:http'
import type { Api } from '../graphql/api.ts'
import type { Authenticate } from '../graphql/pipeline/authentication.ts'
import type { ViewVerification } from '../projections/verify.ts'
import { type Route, sendJson } from './http.ts'
import type { Metrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'

export type RouteDeps = {
  readonly readiness: () => Promise<Readiness>
  readonly metrics: Metrics
  readonly graphql: GraphqlRoutes | null
}

/** What a server with the role `api` offers besides. */
export type GraphqlRoutes = {
  readonly api: Api
  readonly authenticate: Authenticate
  /** Requests are answered with 503 until the server runs. */
  readonly isRunning: () => boolean
  /** Aborts when the server stops: what takes long is broken off, and does not take the time from what is stopped after it. */
  readonly stopping: AbortSignal
  readonly verifyViews: (signal: AbortSignal) => Promise<readonly ViewVerification[]>
  readonly rebuildViews: (signal: AbortSignal) => Promise<unknown>
}

/** How long a rebuild of all views may take. */
const rebuildTimeoutMs = 600_000

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

const graphqlRoutes = (deps: GraphqlRoutes): Readonly<Record<string, Route>> => ({
  '/graphql': {
    name: 'graphql',
    methods: ['GET', 'POST', 'OPTIONS'],
    handle: (request, response) => {
      if (deps.isRunning()) return deps.api.handle(request, response)
      response.setHeader('retry-after', '1')
      const error = {
        message: 'the server is starting or stopping',
        extensions: { code: 'UNAVAILABLE', retryable: true },
      }
      sendJson(response, 503, { errors: [error] })
    },
  },
  '/admin/views/verify': adminRoute(deps, 'verify', async (signal) => ({
    views: await deps.verifyViews(signal),
  })),
  '/admin/views/rebuild': adminRoute(deps, 'rebuild', async (signal) => {
    await deps.rebuildViews(signal)
    return { views: await deps.verifyViews(signal) }
  }),
})

/** A POST for admins alone, whose work ends when the caller goes or the server stops. */
const adminRoute = (
  { authenticate, stopping }: Pick<GraphqlRoutes, 'authenticate' | 'stopping'>,
  name: string,
  work: (signal: AbortSignal) => Promise<unknown>,
): Route => ({
  name,
  methods: ['POST'],
  handle: async (request, response) => {
    const session = await authenticate(request.headers.authorization)
    if (!session) return sendJson(response, 401, refusal('UNAUTHENTICATED', 'a valid token is needed'))
    if (!session.isAdmin) return sendJson(response, 403, refusal('FORBIDDEN', 'this is for admins only'))
    const signal = AbortSignal.any([goneSignal(request), stopping, AbortSignal.timeout(rebuildTimeoutMs)])
    try {
      sendJson(response, 200, await work(signal))
    } catch (error) {
      if (!signal.aborted) throw error
      const why = stopping.aborted ? 'the server is stopping' : `it took longer than ${rebuildTimeoutMs / 1000} s`
      sendJson(response, 503, refusal('UNAVAILABLE', `broken off: ${why}`))
    }
  },
})

const refusal = (code: string, message: string): object => ({ error: { code, message } })

const goneSignal = (request: IncomingMessage): AbortSignal => {
  const gone = new AbortController()
  request.socket.once('close', () => gone.abort())
  return gone.signal
}
