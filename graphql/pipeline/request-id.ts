import type { Plugin } from 'graphql-yoga'
import { acceptTraceparent } from '../../domain/values/traceparent.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { RequestContext } from './request-context.ts'
import { requestOrigin } from './request-origin.ts'

const header = 'X-Request-Id'
const accepted = /^[A-Za-z0-9._-]{1,128}$/

/** The caller's id if it is one that may stand in a log line and a header, else a new one. */
export const requestIdOf = (given: string | null | undefined, ids: IdSource): string =>
  given !== null && given !== undefined && accepted.test(given) ? given : ids.next()

/**
 * Gives every request an id and says it in the answer, so that a caller's report can be found in the log; notes what else the
 * request itself says.
 */
export const useRequestId = ({ clock, ids }: Pick<Kernel, 'clock' | 'ids'>): Plugin<object, RequestContext> => ({
  onRequest: ({ request, serverContext }) => {
    serverContext.requestId = requestIdOf(request.headers.get(header), ids)
    serverContext.origin = requestOrigin(serverContext.requestId, {
      address: serverContext.req?.socket.remoteAddress,
      userAgent: request.headers.get('user-agent'),
    })
    serverContext.startedAt = clock.elapsedMs()
    serverContext.traceparent = acceptTraceparent(request.headers.get('traceparent'))
    serverContext.signal = request.signal
  },
  onResponse: ({ response, serverContext }) => {
    if (serverContext?.requestId) response.headers.set(header, serverContext.requestId)
  },
})
