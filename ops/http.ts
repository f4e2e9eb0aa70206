import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

export type Handle = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** What a path is answered by. `name` is what the metrics call it. */
export type Route = { readonly name: string; readonly methods?: readonly string[]; readonly handle: Handle }

export type HttpOptions = {
  readonly host: string
  readonly port: number
  readonly routes: Readonly<Record<string, Route>>
  /** Takes over a connection that asks for another protocol. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly onAnswered: (answered: { method: string; route: string; status: number; seconds: number }) => void
  readonly onError: (error: unknown) => void
}

export type HttpServer = {
  /** Resolves with the port once it listens. Throws as `listen` does: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`. */
  readonly listen: () => Promise<number>
  /** Takes no new connection, lets requests in hand finish until the signal aborts, then cuts what is left. */
  readonly close: (signal: AbortSignal) => Promise<void>
}

/** Slow or silent clients do not hold on to connections: so long for the headers, for the request, and between requests. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // A balancer in front gives up an idle connection after 60 s by habit, and must be the first to do so.
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
}

export const createHttpServer = ({ host, port, routes, upgrade, onAnswered, onError }: HttpOptions): HttpServer => {
  let closing = false
  const server: Server = createServer({ ...limits, keepAlive: true }, (request, response) => {
    const startedAt = performance.now()
    const path = pathOf(request)
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    response.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000
      onAnswered({
        method: request.method ?? '',
        route: route?.name ?? 'unknown',
        status: response.statusCode,
        seconds,
      })
      // A connection that was busy when the server began to close is idle now, and would be kept for the next request.
      if (closing) setImmediate(() => server.closeIdleConnections())
    })
    response.setHeader('x-content-type-options', 'nosniff')
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
    if (upgrade && pathOf(request) === '/graphql') upgrade(request, socket, head)
    else endWith(socket, 'HTTP/1.1 404 Not Found')
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) endWith(socket, 'HTTP/1.1 400 Bad Request')
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
        server.close(() => {
          signal.removeEventListener('abort', cut)
          resolve()
        })
        if (signal.aborted) cut()
        signal.addEventListener('abort', cut, { once: true })
      }),
  }
}

/** Also where the client keeps its side open: no time limit of the server holds for what is no request any more. */
const endWith = (socket: Duplex, status: string): void => {
  socket.end(`${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy())
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/'

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(`${JSON.stringify(body)}\n`)
}
