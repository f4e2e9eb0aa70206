import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import { type Outlets, reset } from '../server/outlets.ts'
import { streamHeaders } from '../server/stream-headers.ts'
import { type RequestContext, sessionOf } from './request-context.ts'

/** What the server adapter leaves on the object of a request that came over a socket. */
type OverSocket = RequestContext & { readonly res?: ServerResponse }

/** Lets every stream through proxies as it is sent. */
export const useStreamHeaders = (): Plugin => ({
  onResponse: ({ response }) => {
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return
    for (const [name, value] of Object.entries(streamHeaders)) response.headers.set(name, value)
  },
})

/** The page of GraphiQL, which has everything within itself, may ask nobody but this server. */
export const usePageHeaders = (): Plugin => ({
  onResponse: ({ response }) => {
    if (!response.headers.get('content-type')?.startsWith('text/html')) return
    response.headers.set('content-security-policy', pagePolicy)
  },
})

const pagePolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob: data:',
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  "connect-src 'self' blob: data:",
  "frame-ancestors 'none'",
].join('; ')

/** Watches the connection of every subscription over SSE, as those of WebSockets are watched. */
export const useOutlets = (outlets: Outlets): Plugin<object, OverSocket> => ({
  onResultProcess: ({ result, serverContext }) => {
    const { res: response } = serverContext
    if (!response?.socket || !(Symbol.asyncIterator in result)) return
    const { socket } = response
    const release = outlets.watch(socket, sessionOf(serverContext).projectId, () => reset(socket))
    response.once('close', release)
    if (response.closed) release()
  },
})
