import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpServer, type HttpServer, type Route, sendJson } from '../../../ops/http.ts'

const never = new AbortController().signal
let server: HttpServer | null = null
const answered: { route: string; status: number }[] = []
const errors: unknown[] = []

const start = async (routes: Record<string, Route>): Promise<string> => {
  answered.length = 0
  errors.length = 0
  server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    routes,
    onAnswered: ({ route, status }) => answered.push({ route, status }),
    onError: (error) => errors.push(error),
  })
  return `http://127.0.0.1:${await server.listen()}`
}
afterEach(() => server?.close(AbortSignal.abort()))

const hello: Route = {
  name: 'hello',
  methods: ['GET'],
  handle: (_request, response) => sendJson(response, 200, { hello: 1 }),
}

describe('the HTTP server', () => {
  it('answers a known path, and tells the metrics its name', async () => {
    const url = await start({ '/hello': hello })
    const response = await fetch(`${url}/hello?x=1`)
    expect(await response.json()).toEqual({ hello: 1 })
    await expect.poll(() => answered).toEqual([{ route: 'hello', status: 200 }])
  })

  it('answers JSON where there is nothing, and never names such a path in the metrics', async () => {
    const url = await start({ '/hello': hello })
    for (const path of ['/nothing', '/constructor', '/__proto__', '//', '/hello/']) {
      const response = await fetch(`${url}${path}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } })
    }
    await expect.poll(() => new Set(answered.map(({ route }) => route))).toEqual(new Set(['unknown']))
  })

  it('says which methods a path has', async () => {
    const url = await start({ '/hello': hello })
    const response = await fetch(`${url}/hello`, { method: 'POST' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
  })

  it('answers 500 without a word of why when a handler throws', async () => {
    const broken: Route = { name: 'broken', handle: () => Promise.reject(new Error('the password is hunter2')) }
    const url = await start({ '/broken': broken })
    const response = await fetch(`${url}/broken`)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('hunter2')
    expect(errors).toHaveLength(1)
  })

  it('refuses what is not HTTP, and upgrades it knows nothing of', async () => {
    const url = new URL(await start({ '/hello': hello }))
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(url.port), url.hostname, () => socket.write('nonsense\r\n\r\n'))
      socket.once('data', (data) => resolve(String(data)))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    const status = await new Promise((resolve, reject) => {
      const headers = { connection: 'upgrade', upgrade: 'websocket' }
      request(`${url}hello`, { headers }, (response) => resolve(response.statusCode))
        .once('error', reject)
        .end()
    })
    expect(status).toBe(404)
  })

  const upgrade = 'GET /hello HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'
  it.each([
    ['an upgrade', upgrade],
    ['what is not HTTP', 'nonsense\r\n\r\n'],
  ])('bears a client that is refused %s and breaks off, or does not hang up', async (_, words) => {
    const url = new URL(await start({ '/hello': hello }))
    const refused = async (): Promise<Socket> => {
      const socket = connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true })
      socket.write(words)
      await once(socket, 'data')
      return socket
    }
    const first = await refused()
    first.resetAndDestroy()
    const second = await refused()
    await server?.close(never)
    second.destroy()
  })

  it('lets a request in hand finish before it closes', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const slow: Route = {
      name: 'slow',
      handle: async (_request, response) => {
        begin()
        await released
        sendJson(response, 200, {})
      },
    }
    const url = await start({ '/slow': slow })
    const response = fetch(`${url}/slow`)
    await begun
    const closed = server?.close(never)
    release()
    expect((await response).status).toBe(200)
    await closed
    await expect(fetch(`${url}/slow`)).rejects.toThrow()
  })

  it('cuts what is left when its time is up', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const url = await start({ '/stuck': { name: 'stuck', handle: () => begin() } })
    const response = fetch(`${url}/stuck`).catch((error: Error) => error)
    await begun
    const timeUp = new AbortController()
    const closed = server?.close(timeUp.signal)
    timeUp.abort()
    await closed
    expect(await response).toBeInstanceOf(Error)
  })

  it('throws as listen does when the port is taken', async () => {
    const url = new URL(await start({ '/hello': hello }))
    const second = createHttpServer({
      host: '127.0.0.1',
      port: Number(url.port),
      routes: {},
      onAnswered: () => {},
      onError: () => {},
    })
    await expect(second.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
