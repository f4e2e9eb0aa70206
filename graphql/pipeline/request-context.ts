import type { RequestOrigin } from '../../domain/metadata.ts'
import type { Session } from '../session.ts'
import type { OperationType } from '../telemetry.ts'

/**
 * What the steps of the pipeline leave for those after them, on the object that one request carries through the server. A step that
 * needs what an earlier one leaves fails loudly when it is not there.
 */
export type RequestContext = {
  requestId?: string
  startedAt?: number
  session?: Session
  operation?: OperationType
  /** The W3C trace context that the caller sent, if it is one. */
  traceparent?: string | undefined
  origin?: RequestOrigin
  /** Node's own, where the request came over a socket. */
  req?: { readonly socket: { readonly remoteAddress?: string | undefined } }
  /** Aborts when the caller has gone. */
  signal?: AbortSignal
}

export const sessionOf = ({ session }: RequestContext): Session => {
  if (!session) throw new Error('a step that needs a session ran before authentication')
  return session
}
