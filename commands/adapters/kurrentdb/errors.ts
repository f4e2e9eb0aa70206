import { ErrorType, isCommandError } from '@eventstore/db-client'

/**
 * What an error of the client means for a call.
 * `answered`: the server has said no, and will again. `denied`: it does not let this user. `retry`: not now, on this connection.
 * `reconnect`: nothing sure is known about the connection, or the client is spent.
 */
export type Verdict = 'answered' | 'denied' | 'retry' | 'reconnect'

const answered: ReadonlySet<string> = new Set([
  ErrorType.WRONG_EXPECTED_VERSION,
  ErrorType.STREAM_NOT_FOUND,
  ErrorType.STREAM_DELETED,
  ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
])

/** gRPC status codes; the client gives an error it does not know the code it came with. */
const invalidArgument = 3
const permissionDenied = 7
const unauthenticated = 16
/** A call that came when there were as many as a connection may have; gRPC says it of a stream that HTTP/2 calls `ENHANCE_YOUR_CALM`. */
const resourceExhausted = 8

export const judge = (error: unknown): Verdict => {
  if (!(error instanceof Error) || !isCommandError(error)) return 'reconnect'
  const type: string = error.type
  if (answered.has(type) || error.code === invalidArgument) return 'answered'
  if (type === ErrorType.ACCESS_DENIED || error.code === permissionDenied) return 'denied'
  // After `NOT_LEADER` the client has turned to the leader by itself; `TIMEOUT` is the server's own, over a sound connection.
  if (type === ErrorType.NOT_LEADER || type === ErrorType.TIMEOUT) return 'retry'
  // What is over this connection goes on.
  if (error.code === resourceExhausted) return 'retry'
  return 'reconnect'
}

/**
 * Whether waiting does not help, as somebody must change what this program or the server is told: this user may not, or the certificate is
 * not trusted. Of a handshake that failed gRPC passes on nothing but OpenSSL's text.
 */
export const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  (judge(error) === 'denied' || /\bcertificate\b|altnames/.test(error.message) || isRefused(error.cause))

export const isType = (error: unknown, ...types: readonly ErrorType[]): boolean =>
  error instanceof Error && isCommandError(error) && types.includes(error.type)

/** gRPC ends some messages in an empty note on how to resolve a name. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s*Resolution note:\s*$/, '')

/** Whether the server does not know the user or the password, as opposed to a user who may not do something. */
export const isUnauthenticated = (error: unknown): boolean =>
  error instanceof Error && isCommandError(error) && error.code === unauthenticated
