import type { Rejection, RejectionCode } from '../domain/rejection.ts'
import type { ApiError, ErrorCode } from '../graphql/errors.ts'
import type { RestAnswer } from './request.ts'

/** The names that Trove's faults have, by their status. */
const faultNames = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  409: 'conflict',
  413: 'overLimit',
  415: 'badMediaType',
  422: 'unprocessableEntity',
  500: 'instanceFault',
  501: 'notImplemented',
  503: 'serviceUnavailable',
} as const

export type FaultStatus = keyof typeof faultNames

type Told = {
  /** Of a refusal or an error of the API, for programs. */
  readonly code?: string | undefined
  /** The part of the input at fault, as the commands of Coffer call it. */
  readonly field?: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** An answer that says why there is no other: thrown anywhere below the API, told as it is. */
export class RestFault extends Error {
  readonly status: FaultStatus
  readonly told: Told

  constructor(status: FaultStatus, message: string, told: Told = {}) {
    super(message)
    this.status = status
    this.told = told
  }
}

export const badRequest = (message: string, field?: string): RestFault =>
  new RestFault(400, message, { code: 'INVALID_INPUT', field })

export const notFound = (message: string): RestFault => new RestFault(404, message, { code: 'NOT_FOUND' })

export const notHere = (message: string, field?: string): RestFault =>
  new RestFault(501, message, { code: 'NOT_IMPLEMENTED', field })

/** Trove says 422 of what an instance cannot do now, and 413 of every limit. */
const statusOfRejection = {
  INVALID_INPUT: 400,
  FEATURE_NOT_AVAILABLE: 422,
  NOT_FOUND: 404,
  UNKNOWN_DATASTORE: 404,
  UNKNOWN_VERSION: 404,
  UNKNOWN_FLAVOR: 404,
  RESERVED_NAME: 400,
  ALREADY_EXISTS: 409,
  QUOTA_EXCEEDED: 413,
  NO_CAPACITY: 422,
  HOST_UNREACHABLE: 422,
  OPERATION_IN_PROGRESS: 422,
  INVALID_STATE: 422,
  DELETION_PROTECTED: 422,
  NOT_CANCELLABLE: 422,
  VERSION_CONFLICT: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  CONCURRENT_MODIFICATION: 409,
  UNREADABLE_HISTORY: 422,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 413,
} as const satisfies Readonly<Record<RejectionCode, FaultStatus>>

export const faultOfRejection = (rejection: Rejection): RestFault => {
  const { code, message, field, alsoWrong = [] } = rejection
  const messages = [message, ...alsoWrong.map((other) => other.message)]
  return new RestFault(isYetToBeRead(rejection) ? 422 : statusOfRejection[code], messages.join('; '), { code, field })
}

/** The version is there, and what is asked of it is not known yet. */
const isYetToBeRead = ({ details }: Rejection): boolean => details?.notRead === true

const statusOfError: Readonly<Partial<Record<ErrorCode, FaultStatus>>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  INVALID_INPUT: 400,
  NOT_FOUND: 404,
  UNREADABLE_HISTORY: 422,
  RATE_LIMITED: 413,
  UNAVAILABLE: 503,
}

/** What the caller is told of an error of the API, which has been masked already. */
export const faultOfError = (error: ApiError): RestFault => {
  const { field, retryAfterSeconds } = error.extensions as { field?: string; retryAfterSeconds?: number }
  return new RestFault(statusOfError[error.code] ?? 500, error.message, { code: error.code, field, retryAfterSeconds })
}

/** As Trove's clients read it; they leave alone what they do not know. */
export const answerOfFault = ({ status, message, told }: RestFault, requestId: string): RestAnswer => {
  const { code, field, retryAfterSeconds } = told
  return {
    status,
    headers: {
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer realm="coffer"' }),
    },
    body: {
      [faultNames[status]]: {
        code: status,
        message,
        ...(code !== undefined && { error_code: code }),
        ...(field !== undefined && { field }),
        ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds }),
        request_id: requestId,
      },
    },
  }
}
