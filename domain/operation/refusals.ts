import type { Rejection } from '../rejection.ts'
import type { BegunOperation, Outcome, Unbegun } from './state.ts'

/** The words for another project's operation too: the two cannot be told apart. */
export const notFound = (): Rejection => ({
  code: 'NOT_FOUND',
  message: 'there is no such operation',
})

export const notCancellable = (operation: BegunOperation, reason: string): Rejection => ({
  code: 'NOT_CANCELLABLE',
  message: `operation ${operation.operationId} (${operation.kind}) cannot be cancelled once it has begun: ${reason}`,
  details: { operationId: operation.operationId, kind: operation.kind },
})

const endings = { SUCCEEDED: 'succeeded', FAILED: 'failed', CANCELLED: 'was cancelled' } as const

export const isOver = (operation: BegunOperation | Unbegun, outcome: Outcome): Rejection => {
  const { operationId } = operation
  const kind = operation.status === 'UNBEGUN' ? null : operation.kind
  return {
    code: 'NOT_CANCELLABLE',
    message: `operation ${operationId}${kind ? ` (${kind})` : ''} has ended already: it ${endings[outcome]}`,
    details: { operationId, ...(kind && { kind }), outcome },
  }
}
