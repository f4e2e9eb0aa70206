import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Kernel } from '../kernel/kernel.ts'

export type Handle = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** What a path is answered by. `name` is what the metrics call it. */
export type Route = { readonly name: string; readonly methods?: readonly string[]; readonly handle: Handle }

export type HttpOptions = {
  readonly kernel: Pick<Kernel, 'clock' | 'timers'>
  readonly host: string
  readonly port: number
  /** By their paths. A path that ends with a slash stands for all beneath it as well, where none is named. */
  readonly routes: Readonly<Record<string, Route>>
  /** Takes over a connection that asks for another protocol. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly onAnswered: (answered: { method: string; route: string; status: number; seconds: number }) => void
  readonly onError: (error: unknown) => void
  readonly limits?: Partial<HttpLimits>
}

export type HttpServer = {
  /** Resolves with the port once it listens. Throws as `listen` does: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`. */
  readonly listen: () => Promise<number>
  /** Takes no new connection, lets requests in hand finish until the signal aborts, then cuts what is left. */
  readonly close: (signal: AbortSignal) => Promise<void>
}

/** Slow or silent clients do not hold on to connections: so long for the headers, for the request, and between requests. */
export type HttpLimits = typeof defaultLimits

const defaultLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // A balancer in front gives up an idle connection after 60 s by habit, and must be the first to do so.
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
  /** After doing nothing for so long, the process has not read what came in time. */
  stallMs: 2000,
}

export const createHttpServer = (given: HttpOptions): HttpServer => {
  const { host, port, routes, upgrade, onAnswered, onError } = given
  const { clock, timers } = given.kernel
  const limits = { ...defaultLimits, ...given.limits }
  let closing = false
  const isUpgrade = (request: IncomingMessage): boolean =>
    upgrade !== undefined && isWebSocket(request) && pathOf(request) === '/graphql'
  const stalls = createStallWatch(limits, given.kernel)
  const clientErrors = createClientErrors(limits)
  // What asks for another protocol, such as h2c, is answered as the plain request that it is as well.
  const options = { ...limits, keepAlive: true, shouldUpgradeCallback: isUpgrade }
  const server: Server = createServer(options, (request, response) => {
    const startedAt = clock.elapsedMs()
    const path = pathOf(request)
    const route = findRoute(routes, path)
    response.once('close', () => {
      const seconds = (clock.elapsedMs() - startedAt) / 1000
      onAnswered({
        method: request.method ?? '',
        route: route?.name ?? 'unknown',
        status: response.statusCode,
        seconds,
      })
      // A connection that was busy when the server began to close is idle now, and would be kept for the next request.
      if (closing) timers.soon(() => server.closeIdleConnections())
    })
    response.setHeader('x-content-type-options', 'nosniff')
    // What is answered is one caller's, may hold passwords, and changes.
    response.setHeader('cache-control', 'no-store')
    if (!route) return sendJson(response, 404, { error: { code: 'NOT_FOUND', message: `there is nothing at ${path}` } })
    if (route.methods && !route.methods.includes(request.method ?? '')) {
      response.setHeader('allow', route.methods.join(', '))
      const message = `${path} answers ${route.methods.join(' and ')}`
      return sendJson(response, 405, { error: { code: 'METHOD_NOT_ALLOWED', message } })
    }
    Promise.resolve()
      .then(() => route.handle(request, response))
      .catch((error) => {
        onError(error)
        if (response.headersSent) response.destroy()
        else
          sendJson(response, 500, {
            error: { code: 'INTERNAL_ERROR', message: 'something went wrong; the log of the server tells what' },
          })
      })
  })
  server.on('upgrade', (request, socket, head) => {
    // Nobody else listens any more: the reset of a client that breaks off would end the process.
    socket.on('error', () => {})
    upgrade?.(request, socket, head)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Where an answer has begun, another one would be taken for a part of it.
    if (!socket.writable || isAnswering(socket)) return socket.destroy()
    endWith(socket, stalls.justEnded() ? stalledAnswer : (clientErrors.get(error.code) ?? notHttp))
  })
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen({ host, port }, () => {
          server.off('error', reject)
          server.on('error', onError)
          const address = server.address()
          resolve(typeof address === 'object' && address ? address.port : port)
        })
      }),
    close: (signal) =>
      new Promise((resolve) => {
        closing = true
        const cut = (): void => server.closeAllConnections()
        stalls.stop()
        server.close(() => {
          signal.removeEventListener('abort', cut)
          resolve()
        })
        if (signal.aborted) cut()
        signal.addEventListener('abort', cut, { once: true })
      }),
  }
}

const findRoute = (routes: Readonly<Record<string, Route>>, path: string): Route | undefined => {
  if (Object.hasOwn(routes, path)) return routes[path]
  const root = path.slice(0, path.indexOf('/', 1) + 1)
  return root !== '' && Object.hasOwn(routes, root) ? routes[root] : undefined
}

const isWebSocket = ({ headers: { upgrade = '' } }: IncomingMessage): boolean =>
  upgrade.split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket')

/** Node keeps the response that is being sent on its socket, and says so nowhere else. */
const isAnswering = (socket: Duplex): boolean => {
  const { _httpMessage: response } = socket as Duplex & { readonly _httpMessage?: ServerResponse | null }
  return response?.headersSent === true
}

type Refusal = { readonly status: string; readonly code: string; readonly message: string; readonly headers?: string }

const notHttp: Refusal = {
  status: '400 Bad Request',
  code: 'BAD_REQUEST',
  message: 'this is not a request of HTTP/1.1',
}

/** By the codes of Node's errors. */
const createClientErrors = ({ headersTimeout, requestTimeout, maxHeaderSize }: HttpLimits) =>
  new Map<string | undefined, Refusal>([
    [
      'ERR_HTTP_REQUEST_TIMEOUT',
      {
        status: '408 Request Timeout',
        code: 'REQUEST_TIMEOUT',
        message: `the request did not arrive in time: its headers may take ${headersTimeout / 1000} s, all of it ${requestTimeout / 1000} s`,
      },
    ],
    [
      'HPE_HEADER_OVERFLOW',
      {
        status: '431 Request Header Fields Too Large',
        code: 'HEADERS_TOO_LARGE',
        message: `the headers of the request are too large: at most ${maxHeaderSize / 1024} KiB are accepted`,
      },
    ],
  ])

/** Of a request that arrived in time, but was not read in time. */
const stalledAnswer: Refusal = {
  status: '503 Service Unavailable',
  code: 'UNAVAILABLE',
  message: 'the server was too busy to read the request in time: send it again',
  headers: 'Retry-After: 1\r\n',
}

/** Also where the client keeps its side open: no time limit of the server holds for what is no request any more. */
const endWith = (socket: Duplex, { status, code, message, headers = '' }: Refusal): void => {
  const body = `${JSON.stringify({ error: { code, message } })}\n`
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
  socket.end(`${head}${headers}Connection: close\r\n\r\n${body}`, () => socket.destroy())
}

/** Tells whether the process has just done nothing for a while: what timed out then need not be the client's fault. */
const createStallWatch = (
  { stallMs, connectionsCheckingInterval }: HttpLimits,
  { clock, timers }: Pick<Kernel, 'clock' | 'timers'>,
) => {
  const beatMs = stallMs / 2
  let beatAt = clock.elapsedMs()
  let stalledUntil = Number.NEGATIVE_INFINITY
  const beat = (): void => {
    const now = clock.elapsedMs()
    if (now - beatAt > beatMs + stallMs) stalledUntil = now + connectionsCheckingInterval
    beatAt = now
  }
  const timer = timers.every(beatMs, beat, { ref: false })
  return {
    justEnded: (): boolean => {
      // What found the request too old may run before this watch's own timer.
      beat()
      return clock.elapsedMs() < stalledUntil
    },
    stop: timer.cancel,
  }
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/'

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(`${JSON.stringify(body)}\n`)
}
