import { afterEach, describe, expect, it } from 'vitest'
import { parseProjectId } from '../../../domain/ids.ts'
import { defaultLimits } from '../../../graphql/limits.ts'
import { createHttpServer, type HttpServer } from '../../../ops/http.ts'
import { createMetrics } from '../../../ops/metrics.ts'
import { createRoutes, type GraphqlRoutes } from '../../../ops/routes.ts'
import { RebuildGaveUp } from '../../../projections/rebuild.ts'
import type { ViewVerification } from '../../../projections/verify.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

let server: HttpServer | null = null
const errors: unknown[] = []
afterEach(async () => {
  await server?.close(AbortSignal.abort())
  errors.length = 0
})

describe('the API', () => {
  it.each(['PUT', 'DELETE'])(
    'says which mode of SSE there is to a client that begins the other with %s',
    async (method) => {
      const url = await serve({ stopping: new AbortController().signal, verifyViews: async () => [] })
      const response = await fetch(new URL('/graphql', url), { method })
      expect(response.status).toBe(501)
      const { errors } = await response.json()
      expect(errors[0].message).toContain('singleConnection: false')
    },
  )
})

const serve = async (graphql: Pick<GraphqlRoutes, 'stopping' | 'verifyViews'>): Promise<string> => {
  const actor = { kind: 'user', subject: 'root', projectId: parseProjectId('default'), roles: ['admin'] } as const
  const metrics = createMetrics(quietKernel.timers)
  server = createHttpServer({
    kernel: quietKernel,
    host: '127.0.0.1',
    port: 0,
    routes: createRoutes({
      metrics,
      readiness: async () => ({ ready: true, checks: [] }),
      graphql: {
        ...graphql,
        api: {
          edge: { limits: defaultLimits },
          handle: async () => {},
          handleUpgrade: () => {},
          close: async () => {},
        },
        authenticate: async () => ({ actor, isAdmin: true }),
        kernel: quietKernel,
        isRunning: () => true,
        hostDifferences: async () => [],
        logHealth: async () => ({ gaps: [], count: 0, settings: [], settingsCount: 0 }),
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

  const inStream = { method: 'POST', headers: { accept: 'text/event-stream' } }

  it('tells a caller who wants a stream how far it has come, and then the outcome', async () => {
    const url = await serve({
      stopping: new AbortController().signal,
      verifyViews: async (_signal, onProgress) => {
        for (const part of [0.25, 1]) onProgress({ views: ['instances'], events: part * 100, part, secondsLeft: null })
        return []
      },
    })
    const response = await fetch(url, inStream)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(await response.text()).toBe(
      [
        'event: progress\ndata: {"views":["instances"],"events":25,"part":0.25,"secondsLeft":null}\n\n',
        'event: progress\ndata: {"views":["instances"],"events":100,"part":1,"secondsLeft":null}\n\n',
        'event: done\ndata: {"views":[],"hosts":[],"log":{"gaps":[],"count":0,"settings":[],"settingsCount":0}}\n\n',
      ].join(''),
    )
  })

  it('says in one sentence why it gave up, in a stream and without one', async () => {
    const verifyViews = async () => Promise.reject(new RebuildGaveUp('instances'))
    const url = await serve({ stopping: new AbortController().signal, verifyViews })
    const sentence = 'view instances was rebuilt but not put in place'
    const response = await fetch(url, { method: 'POST' })
    expect(response.status).toBe(503)
    expect(await response.text()).toContain(sentence)
    expect(await (await fetch(url, inStream)).text()).toContain(
      `event: error\ndata: {"code":"REBUILD_GAVE_UP","message":"${sentence}`,
    )
    expect(errors).toEqual([])
  })

  it('tells of a bug in a stream, too, and hides what it is', async () => {
    const verifyViews = async () => Promise.reject(new Error('secret'))
    const url = await serve({ stopping: new AbortController().signal, verifyViews })
    const text = await (await fetch(url, inStream)).text()
    expect(text).toContain('"code":"INTERNAL_ERROR"')
    expect(text).not.toContain('secret')
    expect(errors).toEqual([expect.objectContaining({ message: 'secret' })])
  })
})
