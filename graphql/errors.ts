import { GraphQLError } from 'graphql'
import { cut } from '../domain/values/text.ts'

/**
 * The codes errors of the API carry in `extensions.code`, with the HTTP status they are answered with; 200 where the rest of the
 * answer may still be of use. The server beneath adds `BAD_REQUEST`, `GRAPHQL_VALIDATION_FAILED`,
 * `OPERATION_RESOLUTION_FAILURE` and `REQUEST_ENTITY_TOO_LARGE`.
 * Refusals of commands are results, not errors, and have their own codes.
 */
export const apiErrors = {
  UNAUTHENTICATED: {
    status: 401,
    means: 'No token, or one that is malformed, unknown, expired or revoked: which of them is not said.',
  },
  FORBIDDEN: { status: 200, means: 'The role of the token does not allow it.' },
  INVALID_INPUT: { status: 200, means: 'An argument is outside what is accepted. `field` names it.' },
  NOT_FOUND: { status: 200, means: 'Nothing to subscribe to: it does not exist, or belongs to another project.' },
  UNREADABLE_HISTORY: {
    status: 200,
    means: 'Events that the answer rests on are missing or cannot be read. An administrator can mend that.',
  },
  QUERY_TOO_COMPLEX: {
    status: 400,
    means: 'The document is over a limit on tokens, depth, aliases, root fields or cost.',
  },
  GRAPHQL_PARSE_FAILED: { status: 400, means: 'The document is not GraphQL.' },
  RATE_LIMITED: {
    status: 429,
    means: 'The project has sent too many requests. `Retry-After` says when to come back.',
  },
  TOO_MANY_SUBSCRIPTIONS: { status: 429, means: 'Too many subscriptions are open at once.' },
  UNAVAILABLE: { status: 503, means: 'A store or the identity provider is away. The same request may be repeated.' },
  INTERNAL_ERROR: { status: 500, means: "A fault of the server. Its log has it under the request's id." },
} as const

/** Messages quote what they are about, such as names in a document, which may be as long as a body. */
export const maxErrorCharacters = 500

export type ErrorCode = keyof typeof apiErrors

export type ErrorOptions = {
  /** The argument at fault, such as `first`. */
  readonly field?: string
  readonly retryAfterSeconds?: number
  readonly cause?: unknown
}

/**
 * GraphQL over HTTP: to who accepts `application/json` alone, which servers of other things answer as well, a document that is no good is
 * answered with 200. `spec` makes the server beneath do so.
 */
const aboutTheDocument: ReadonlySet<ErrorCode> = new Set(['GRAPHQL_PARSE_FAILED'])

/** An error that is meant for the caller: passed on as it is, where everything else is masked. */
export class ApiError extends GraphQLError {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    const { status }: { readonly status: number } = apiErrors[code]
    const headers = httpHeaders(code, options)
    super(cut(message, maxErrorCharacters), {
      extensions: {
        code,
        retryable: code === 'UNAVAILABLE' || code === 'RATE_LIMITED',
        ...(options.field === undefined ? {} : { field: options.field }),
        ...(options.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: options.retryAfterSeconds }),
        ...(status === 200 ? {} : { http: { status, headers, ...(aboutTheDocument.has(code) && { spec: true }) } }),
      },
    })
    this.code = code
    if (options.cause !== undefined) this.cause = options.cause
  }
}

const httpHeaders = (code: ErrorCode, { retryAfterSeconds }: ErrorOptions): Record<string, string> => ({
  ...(code === 'UNAUTHENTICATED' ? { 'WWW-Authenticate': 'Bearer realm="coffer"' } : {}),
  ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
})

/** Thrown by the ports when a store cannot be reached: told by the codes they all have in common. */
const storeAwayCodes: ReadonlySet<unknown> = new Set([
  'EVENT_STORE_UNAVAILABLE',
  'VIEW_STORE_UNAVAILABLE',
  'MESSAGE_BUS_UNAVAILABLE',
])

export const isStoreAway = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && storeAwayCodes.has(error.code)

export const invalidInput = (field: string, message: string): ApiError =>
  new ApiError('INVALID_INPUT', message, { field })
