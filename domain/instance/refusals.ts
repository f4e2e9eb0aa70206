import type { OperationId } from '../ids.ts'
import type { Rejection } from '../rejection.ts'
import { quote } from '../values/text.ts'
import type { InstanceState, KnownInstance, OperationInProgress } from './state.ts'

const wishes = {
  RequestRestart: 'restarted',
  RequestStop: 'stopped',
  RequestStart: 'started',
  RequestDeletion: 'deleted',
  RequestVolumeGrowth: 'given a larger volume',
} as const

/** The words for another project's instance too: the two can not be told apart. */
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

export const operationInProgress = (operation: OperationInProgress): Rejection => ({
  code: 'OPERATION_IN_PROGRESS',
  message:
    `operation ${operation.operationId} (${operation.kind}) is changing the instance and ends by ${operation.deadline}: ` +
    (operation.kind === 'delete' ? 'wait for it' : 'wait for it or cancel it'),
  details: { operationId: operation.operationId, kind: operation.kind, deadline: operation.deadline },
})

export const notAccepted = (
  wish: keyof typeof wishes,
  state: InstanceState,
  accepting: readonly InstanceState['status'][],
): Rejection => {
  const dataLost = state.status === 'FAILED' && !state.dataKept
  return {
    code: 'INVALID_STATE',
    message: dataLost
      ? `an instance that is FAILED and has no data left can not be ${wishes[wish]}: it can only be deleted`
      : `an instance that is ${state.status} can not be ${wishes[wish]}: that takes one that is ${accepting.join(' or ')}`,
    details: { status: state.status, accepting: dataLost ? null : accepting.join(' ') },
  }
}

export const notLarger = (volumeGiB: number, presentGiB: number): Rejection => ({
  code: 'INVALID_INPUT',
  message: `the volume has ${presentGiB} GiB and can only grow: ask for more than that, not for ${volumeGiB}`,
  field: 'volumeGiB',
  details: { volumeGiB: presentGiB },
})

export const withoutEndpoint = (operationId: OperationId): Rejection => ({
  code: 'INVALID_INPUT',
  message: `operation ${operationId} can not complete the provisioning without the endpoint and the CA certificate`,
  field: 'facts',
})
