import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { cut } from '../../domain/values/text.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { ApiError, isStoreAway, maxErrorCharacters } from '../errors.ts'
import type { ApiMetrics, OperationType } from '../telemetry.ts'
import type { RequestContext } from './request-context.ts'

type Result = { readonly errors?: readonly unknown[] | null | undefined }
type Facts = { readonly requestId: string | undefined; readonly operation?: OperationType | undefined }

export type ErrorMasking = {
  /** What the caller is told instead of an error that was not meant for it. */
  readonly mask: (error: unknown) => GraphQLError
  /** Logs what was masked in a result, under the request's id, and puts the id into what the caller is told. */
  readonly report: (result: Result, facts: Facts) => void
}

/**
 * Errors of the API and of the request itself (syntax, validation, variables) go out as they are. A store that is away becomes
 * `UNAVAILABLE`. Everything else becomes `INTERNAL_ERROR` with nothing but the request's id, and is logged in full.
 */
export const createErrorMasking = (log: Log): ErrorMasking => {
  const originals = new WeakMap<object, unknown>()

  const mask = (error: unknown): GraphQLError => {
    const original = rootOf(error)
    if (original instanceof ApiError) return locate(original, error)
    if (original instanceof GraphQLError && isAboutTheRequest(original)) {
      // The outer one says in which variable and where in it the inner one was found.
      const told = error instanceof GraphQLError && isAboutTheRequest(error) ? error : original
      told.extensions.code ??= 'BAD_REQUEST'
      told.message = cut(told.message, maxErrorCharacters)
      // What `JSON.parse` said of the body quotes it, passwords and all. Such a body is refused with 400, whatever is accepted.
      if ('originalError' in told.extensions) {
        delete told.extensions.originalError
        told.extensions.http = { status: 400 }
      }
      return told
    }
    const masked = locate(isStoreAway(original) ? storeAway() : internalError(), error)
    originals.set(masked, original)
    return masked
  }

  const report: ErrorMasking['report'] = ({ errors }, { requestId, operation }) => {
    for (const error of errors ?? []) {
      if (!(error instanceof GraphQLError) || !originals.has(error)) continue
      if (requestId !== undefined) error.extensions.requestId = requestId
      const fields = { requestId, operation, path: error.path?.join('.'), err: originals.get(error) }
      if (error.extensions.code === 'UNAVAILABLE') log.warn(fields, 'a store could not be reached')
      else log.error(fields, 'a request failed for a reason of our own')
    }
  }
  return { mask, report }
}

const internalError = () =>
  new ApiError('INTERNAL_ERROR', 'something went wrong on our side; the request id finds it in the log')
const storeAway = () =>
  new ApiError('UNAVAILABLE', 'a store cannot be reached at the moment: the same request may be repeated', {
    retryAfterSeconds: 1,
  })

/** Errors about the document or its variables have no path; one with a path arose while a resolver's value was completed. */
const isAboutTheRequest = (error: GraphQLError): boolean => error.path === undefined

/** What a resolver threw, below the layers that executors put around it. */
const rootOf = (error: unknown): unknown =>
  error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error

/** The same error, with the place in the document where it arose. */
const locate = (error: ApiError, located: unknown): GraphQLError => {
  if (!(located instanceof GraphQLError) || located === error) return error
  const { nodes, path } = located
  return new GraphQLError(error.message, { nodes, path, extensions: { ...error.extensions } })
}

/** Reports every result that leaves over HTTP. */
export const useReporting = (
  { report }: ErrorMasking,
  metrics: ApiMetrics,
  clock: Pick<Clock, 'elapsedMs'>,
): Plugin<object, RequestContext> => ({
  onResultProcess: ({ result, setResult, serverContext }) => {
    const { requestId, operation, startedAt } = serverContext
    const facts = { requestId, operation }
    const answered = (outcome: string): void => {
      const now = clock.elapsedMs()
      metrics.answered(operation ?? 'none', outcome, (now - (startedAt ?? now)) / 1000)
    }

    if (Symbol.asyncIterator in result) {
      answered('OK')
      setResult(reported(result, (part) => report(part, facts)))
      return
    }
    const [only] = [result].flat()
    if (!only) return
    report(only, facts)
    answered(outcomeOf(only))
  },
})

export const outcomeOf = ({ errors }: Result): string => {
  const [error] = errors ?? []
  if (error === undefined) return 'OK'
  const code = error instanceof GraphQLError ? error.extensions.code : undefined
  return typeof code === 'string' ? code : 'BAD_REQUEST'
}

const reported = <Part extends Result>(
  parts: AsyncIterable<Part>,
  report: (part: Part) => void,
): AsyncIterable<Part> => ({
  [Symbol.asyncIterator]: () => {
    const iterator = parts[Symbol.asyncIterator]()
    return {
      next: async () => {
        const part = await iterator.next()
        if (!part.done) report(part.value)
        return part
      },
      return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    }
  },
})
