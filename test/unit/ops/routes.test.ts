import { afterEach, describe, expect, it } from 'vitest'
import { parseProjectId } from '../../../domain/ids.ts'
import { createHttpServer, type HttpServer } from '../../../ops/http.ts'
import { createMetrics } from '../../../ops/metrics.ts'
import { createRoutes, type GraphqlRoutes } from '../../../ops/routes.ts'
import type { ViewVerification } from '../../../projections/verify.ts'

let server: HttpServer | null = null
const errors: unknown[] = []
afterEach(async () => {
  await server?.close(AbortSignal.abort())
  errors.length = 0
})

const serve = async (graphql: Pick<GraphqlRoutes, 'stopping' | 'verifyViews'>): Promise<string> => {
  const actor = { kind: 'user', subject: 'root', projectId: parseProjectId('default'), roles: ['admin'] } as const
  const metrics = createMetrics()
  server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    routes: createRoutes({
      metrics,
      readiness: async () => ({ ready: true, checks: [] }),
      graphql: {
        ...graphql,
        api: { handle: async () => {}, handleUpgrade: () => {}, close: async () => {} },
        authenticate: async () => ({ actor, isAdmin: true }),
        isRunning: () => true,
        rebuildViews: async () => {},
      } as unknown as GraphqlRoutes,
    }),
    onAnswered: metrics.http,
    onError: (error) => errors.push(error),
  })
  return `http://127.0.0.1:${await server.listen()}/admin/views/verify`
}

/** Work without an end of its own, and that it has begun. */
const endless = () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const verifyViews = (signal: AbortSignal): Promise<readonly ViewVerification[]> =>
    new Promise((_resolve, reject) => {
      begin()
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  return { begun, verifyViews }
}

describe('the verification of views', () => {
  it('is broken off when the server stops, and the caller is told', async () => {
    const stopping = new AbortController()
    const { begun, verifyViews } = endless()
    const url = await serve({ stopping: stopping.signal, verifyViews })
    const asked = fetch(url, { method: 'POST' })
    await begun
    stopping.abort(new Error('stopping'))
    const response = await asked
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      error: { code: 'UNAVAILABLE', message: 'broken off: the server is stopping' },
    })
    expect(errors).toEqual([])
  })

  it('that fails is told as an error of the server', async () => {
    const verifyViews = async () => Promise.reject(new Error('the log is away'))
    const url = await serve({ stopping: new AbortController().signal, verifyViews })
    expect((await fetch(url, { method: 'POST' })).status).toBe(500)
    expect(errors).toEqual([expect.objectContaining({ message: 'the log is away' })])
  })
})
