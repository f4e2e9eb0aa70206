import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpServer, type HttpLimits, type HttpServer, type Route, sendJson } from '../../../ops/http.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

const never = new AbortController().signal
let server: HttpServer | null = null
const answered: { route: string; status: number }[] = []
const errors: unknown[] = []

const start = async (routes: Record<string, Route>, limits: Partial<HttpLimits> = {}): Promise<string> => {
  answered.length = 0
  errors.length = 0
  server = createHttpServer({
    kernel: quietKernel,
    host: '127.0.0.1',
    port: 0,
    routes,
    limits,
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

  it('refuses what is not HTTP', async () => {
    const url = new URL(await start({ '/hello': hello }))
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(url.port), url.hostname, () => socket.write('nonsense\r\n\r\n'))
      socket.once('data', (data) => resolve(String(data)))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  it.each(['h2c', 'HTTP/2.0, h2c', 'TLS/1.0', 'websocket'])(
    'answers a request that offers %s as the plain request it is',
    async (offered) => {
      const posted: Route = {
        name: 'posted',
        handle: async (received, response) => {
          const chunks: Buffer[] = []
          for await (const chunk of received) chunks.push(chunk)
          sendJson(response, 200, { got: Buffer.concat(chunks).toString() })
        },
      }
      const url = await start({ '/posted': posted })
      const answer = await new Promise((resolve, reject) => {
        // As Java's HttpClient and `curl --http2` send it.
        const headers = {
          connection: 'Upgrade, HTTP2-Settings',
          upgrade: offered,
          'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
        }
        const sent = request(`${url}/posted`, { method: 'POST', headers }, async (response) => {
          let text = ''
          for await (const chunk of response) text += chunk
          resolve({ status: response.statusCode, text })
        })
        sent.once('error', reject)
        sent.end('a body')
      })
      expect(answer).toEqual({ status: 200, text: '{"got":"a body"}\n' })
    },
  )

  /** The answer to what is written to a bare socket. */
  const talk = async (url: string, words: string): Promise<string> => {
    const { port, hostname } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write(words)
    let answer = ''
    for await (const chunk of socket) answer += chunk
    return answer
  }
  const quick = { headersTimeout: 40, requestTimeout: 60, connectionsCheckingInterval: 10 }

  it('answers 408 with its reason to a request that does not arrive in time', async () => {
    const url = await start({ '/hello': hello }, quick)
    const answer = await talk(url, 'GET /hello HTTP/1.1\r\nHost: x\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(answer).toContain('"code":"REQUEST_TIMEOUT"')
    expect(answer).toContain('its headers may take 0.04 s')
  })

  it('answers 431 with its reason to headers that are too large', async () => {
    const url = await start({ '/hello': hello })
    const answer = await talk(url, `GET /hello HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/)
    expect(answer).toContain('at most 16 KiB are accepted')
  })

  it('answers 503, to be repeated, to a request that it was too busy to read in time', async () => {
    const slow = { headersTimeout: 400, requestTimeout: 500, connectionsCheckingInterval: 10, stallMs: 100 }
    const url = new URL(await start({ '/hello': hello }, slow))
    const socket = connect(Number(url.port), url.hostname)
    const answer = once(socket, 'data')
    socket.write('GET /hello HTTP/1.1\r\n')
    await once(socket, 'ready')
    // Turns enough for the server, in this same process, to accept the connection and to read.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    // The process stands still, as under a long garbage collection.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600)
    socket.write('Host: x\r\n\r\n')
    const text = String(await answer)
    expect(text).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
    expect(text).toContain('Retry-After: 1\r\n')
    expect(text).toContain('"code":"UNAVAILABLE"')
    socket.destroy()
  })

  it('lets nobody keep its answers', async () => {
    const url = await start({ '/hello': hello })
    expect((await fetch(`${url}/hello`)).headers.get('cache-control')).toBe('no-store')
    expect((await fetch(`${url}/nothing`)).headers.get('cache-control')).toBe('no-store')
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
      kernel: quietKernel,
      host: '127.0.0.1',
      port: Number(url.port),
      routes: {},
      onAnswered: () => {},
      onError: () => {},
    })
    await expect(second.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
