import type { Plugin } from 'graphql-yoga'
import type { TakeTurn } from '../server/turns.ts'
import type { Session } from '../session.ts'
import type { OperationType } from '../telemetry.ts'
import { type Documents, operationTypeOf } from './document-limits.ts'
import type { RateLimit } from './rate-limit.ts'
import { type RequestContext, sessionOf } from './request-context.ts'
import { checkVariables, type VariableLimits } from './variable-limits.ts'

export type OperationRequest = {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: unknown
}

/** Whether an operation may go on, by the size of its document and its variables, and the rate of its project. The same for HTTP and WebSocket. */
export type Admission = (session: Session, request: OperationRequest) => Promise<OperationType>

/** With more values than this in its variables an operation is costly, as it is with a document that is new. */
const cheapValues = 100

/** Throws `GRAPHQL_PARSE_FAILED`, `QUERY_TOO_COMPLEX` or `RATE_LIMITED`. What is refused for its size counts as well. */
export const createAdmission =
  (documents: Documents, limits: VariableLimits, rateLimit: RateLimit, takeTurn: TakeTurn): Admission =>
  async (session, { query, operationName, variables }) => {
    let operation: OperationType = 'none'
    let points = 1
    try {
      const values = checkVariables(variables, limits)
      if (values > cheapValues || !documents.known(query)) await takeTurn()
      const admitted = documents.admit(query)
      operation = operationTypeOf(admitted.document, operationName)
      points = Math.max(1, admitted.rootFields)
    } finally {
      await rateLimit.consume(session, operation, points)
    }
    return operation
  }

export const useAdmission = (admit: Admission): Plugin<object, RequestContext> => ({
  onParams: async ({ params: { query, operationName, variables }, context }) => {
    // What is not a string is refused by the server's own check, which runs after this.
    if (typeof query !== 'string') return
    context.operation = await admit(sessionOf(context), { query, operationName, variables })
  },
})
