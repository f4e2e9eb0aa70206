import type { Rejection } from '../rejection.ts'
import { quote } from '../values/text.ts'
import type { AnyOperation } from './operations/define-operation.ts'
import { operationOf } from './operations.ts'
import type { KnownInstance, Ongoing } from './state.ts'

/** The words for another project's instance too: the two cannot be told apart. */
export const notFound = (): Rejection => ({ code: 'NOT_FOUND', message: 'there is no such instance' })

export const alreadyExists = (state: KnownInstance): Rejection => ({
  code: 'ALREADY_EXISTS',
  message: `instance ${state.instanceId} exists already, with the name ${quote(state.name)}`,
  details: { instanceId: state.instanceId },
})

/** Whoever asked was held up for longer than the name was held. */
export const nameHeldTooLong = (name: string): Rejection => ({
  code: 'CONCURRENT_MODIFICATION',
  message: `the name ${quote(name)} was held for this request, which took longer than that: another instance may have it now; ask again`,
  field: 'name',
})

export const operationInProgress = (operation: Ongoing): Rejection => ({
  code: 'OPERATION_IN_PROGRESS',
  message:
    `operation ${operation.operationId} (${operation.kind}) is changing the instance and ends by ${operation.deadline}: ` +
    (operationOf(operation.kind).notCancellable === null ? 'wait for it or cancel it' : 'wait for it'),
  details: { operationId: operation.operationId, kind: operation.kind, deadline: operation.deadline },
})

export const notAccepted = ({ done, accepts }: AnyOperation, state: KnownInstance): Rejection => {
  const dataLost = state.status === 'FAILED' && !state.dataKept
  return {
    code: 'INVALID_STATE',
    message: dataLost
      ? `an instance that is FAILED and has no data left cannot be ${done}: it can only be deleted`
      : `an instance that is ${state.status} cannot be ${done}: that takes one that is ${accepts.join(' or ')}`,
    details: { status: state.status, accepting: dataLost ? null : accepts.join(' ') },
  }
}

export const toldTooLittle = ({ operationId, kind }: Ongoing): Rejection => ({
  code: 'INVALID_INPUT',
  message: `operation ${operationId} (${kind}) cannot complete: its steps have not told all that is recorded of it`,
  field: 'results',
})
