import { type ExecutionArgs, getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { noTracer, type Tracer } from '../../kernel/tracer.ts'
import type { ApiContext } from '../context.ts'
import { outcomeOf } from './error-masking.ts'

/**
 * Each operation that is carried out in a span below the caller's, or in a trace of its own; of a subscription, until it is open. The span
 * has the names that stand in the document, and neither variables nor the document itself: either may hold a password.
 */
export const useTracing = (tracer: Tracer): Plugin<ApiContext> => {
  if (tracer === noTracer) return {}
  const traced =
    <Result>(run: (args: ExecutionArgs) => Result) =>
    async (args: ExecutionArgs): Promise<Awaited<Result>> => {
      // Made by `createApiContext`.
      const context = args.contextValue as ApiContext
      const definition = getOperationAST(args.document, args.operationName)
      const span = tracer.start(`graphql ${definition?.operation ?? 'none'}`, {
        parent: context.traceparent,
        mayBegin: true,
        kind: 'server',
        attributes: {
          'graphql.operation.type': definition?.operation,
          'graphql.operation.name': definition?.name?.value.slice(0, longestName),
          'coffer.request.id': context.requestId,
        },
      })
      Object.assign(context, { traceparent: span.traceparent })
      try {
        const result = await run(args)
        const outcome = isResult(result) ? outcomeOf(result) : 'OK'
        span.end(outcome === 'OK' ? undefined : { code: outcome })
        return result
      } catch (error) {
        span.end(error)
        throw error
      }
    }
  return {
    onExecute: ({ executeFn, setExecuteFn }) => setExecuteFn(traced(executeFn)),
    onSubscribe: ({ subscribeFn, setSubscribeFn }) => setSubscribeFn(traced(subscribeFn)),
  }
}

const longestName = 100

const isResult = (value: unknown): value is { readonly errors?: readonly unknown[] } =>
  typeof value === 'object' && value !== null && !(Symbol.asyncIterator in value)
