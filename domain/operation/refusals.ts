import type { Rejection } from '../rejection.ts'
import type { BegunOperation, Outcome } from './state.ts'

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

export const isOver = (operation: BegunOperation, outcome: Outcome): Rejection => ({
  code: 'NOT_CANCELLABLE',
  message: `operation ${operation.operationId} (${operation.kind}) has ended already: it ${endings[outcome]}`,
  details: { operationId: operation.operationId, kind: operation.kind, outcome },
})
