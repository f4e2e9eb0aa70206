import type { Rejection } from '../rejection.ts'
import type { BegunOperation, Outcome, Settled, Unbegun } from './state.ts'

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

/** `outcome`: where it is known. */
export const isOver = (operation: BegunOperation | Unbegun | Settled, outcome?: Outcome): Rejection => {
  const { operationId } = operation
  const kind = 'kind' in operation ? operation.kind : null
  const ending = outcome ? `: it ${endings[outcome]}` : ''
  return {
    code: 'NOT_CANCELLABLE',
    message: `operation ${operationId}${kind ? ` (${kind})` : ''} has ended already${ending}`,
    details: { operationId, ...(kind && { kind }), ...(outcome && { outcome }) },
  }
}
