import type { Plugin } from 'graphql-yoga'
import type { Session } from '../session.ts'
import type { OperationType } from '../telemetry.ts'
import { type Documents, operationTypeOf } from './document-limits.ts'
import type { RateLimit } from './rate-limit.ts'
import { type RequestContext, sessionOf } from './request-context.ts'

export type OperationRequest = { readonly query: string; readonly operationName?: string | null | undefined }

/** Whether an operation may go on, by the size of its document and the rate of its project. The same for HTTP and WebSocket. */
export type Admission = (session: Session, request: OperationRequest) => Promise<OperationType>

/** Throws `GRAPHQL_PARSE_FAILED`, `QUERY_TOO_COMPLEX` or `RATE_LIMITED`. Documents that are refused for their size count as well. */
export const createAdmission =
  (documents: Documents, rateLimit: RateLimit): Admission =>
  async (session, { query, operationName }) => {
    let operation: OperationType = 'none'
    let points = 1
    try {
      const admitted = documents.admit(query)
      operation = operationTypeOf(admitted.document, operationName)
      points = Math.max(1, admitted.rootFields)
    } finally {
      await rateLimit.consume(session, operation, points)
    }
    return operation
  }

export const useAdmission = (admit: Admission): Plugin<object, RequestContext> => ({
  onParams: async ({ params: { query, operationName }, context }) => {
    // What is not a string is refused by the server's own check, which runs after this.
    if (typeof query !== 'string') return
    context.operation = await admit(sessionOf(context), { query, operationName })
  },
})
