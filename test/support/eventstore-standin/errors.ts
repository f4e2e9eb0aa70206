import { Metadata, type ServiceError, status } from '@grpc/grpc-js'

/** The errors of the real server (`RpcExceptions`): a gRPC status, and trailers by which clients know them. */
const rpcError = (code: status, details: string, trailers: Readonly<Record<string, string>> = {}): ServiceError => {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value)
  return Object.assign(new Error(details), { code, details, metadata })
}

export const rpcErrors = {
  accessDenied: () => rpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),
  unauthenticated: () => rpcError(status.UNAUTHENTICATED, 'Unauthenticated'),
  notLeader: (host: string, port: number) =>
    rpcError(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': String(port),
    }),
  streamDeleted: (stream: string) =>
    rpcError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream,
    }),
  wrongExpectedVersion: (stream: string, expected: string, actual: bigint | null) =>
    rpcError(status.FAILED_PRECONDITION, `Delete failed due to WrongExpectedVersion. Stream: ${stream}`, {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': expected,
      'actual-version': actual === null ? '' : String(actual),
    }),
  maxAppendSizeExceeded: (bytes: number) =>
    rpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytes} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(bytes),
    }),
  invalidArgument: (details: string) => rpcError(status.INVALID_ARGUMENT, details),
  timeout: (details: string) => rpcError(status.ABORTED, `Operation timed out: ${details}`),
  cancelled: () => rpcError(status.CANCELLED, 'Cancelled on client'),
  resourceExhausted: () => rpcError(status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted or memory limit exceeded'),
  unavailable: (details: string) => rpcError(status.UNAVAILABLE, details),
} as const
