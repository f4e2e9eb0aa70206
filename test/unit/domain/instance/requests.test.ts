import { describe, expect, it } from 'vitest'
import { type InstanceEvent, instance, instanceEvents } from '../../../../domain/instance/index.ts'
import { specOf } from '../../../support/spec.ts'
import { instanceId, operationId } from '../samples.ts'
import {
  ask,
  deletionRequested,
  histories,
  operationFailed,
  provisioned,
  requested,
  requestInstance,
  restarted,
  restartRequested,
  type Situation,
  startRequested,
  stopRequested,
} from './history.ts'

const { given } = specOf(instance, instanceEvents)
const situations = Object.keys(histories) as Situation[]
const busy = ['PROVISIONING', 'RESTARTING', 'STOPPING', 'STARTING', 'DELETING'] as const

describe('requesting an instance', () => {
  it('makes it exist, with the first epoch', () => {
    const state = given().when(requestInstance).thenEvents(requested)
    expect(state.status).toBe('PROVISIONING')
  })

  it.each(situations.filter((each) => each !== 'ABSENT'))(
    'does nothing when the same request comes again to one that is %s',
    (situation) => {
      given(...histories[situation])
        .when(requestInstance)
        .thenNothing()
    },
  )

  it('is refused when another request has made an instance of this id', () => {
    given(requested)
      .when({ ...requestInstance, operationId: operationId(9) })
      .thenRejected('ALREADY_EXISTS', { details: { instanceId: instanceId() } })
  })
})

describe('renaming an instance', () => {
  it.each(situations.filter((each) => each !== 'ABSENT' && each !== 'DELETED'))(
    'is possible when it is %s',
    (situation) => {
      given(...histories[situation])
        .when({ type: 'RenameInstance', name: 'store' })
        .thenEvents({ type: 'InstanceRenamed', data: { name: 'store' } })
    },
  )

  it('to the name it has does nothing', () => {
    given(...histories.ACTIVE)
      .when({ type: 'RenameInstance', name: 'shop' })
      .thenNothing()
  })

  it.each(['ABSENT', 'DELETED'] as const)('is refused when it is %s, as there is none', (situation) => {
    given(...histories[situation])
      .when({ type: 'RenameInstance', name: 'store' })
      .thenRejected('NOT_FOUND')
  })
})

const wishes = ['restart', 'stop', 'start', 'delete'] as const

describe.each(wishes)('%s', (wish) => {
  it.each(['ABSENT', 'DELETED'] as const)('is refused when the instance is %s, as there is none', (situation) => {
    given(...histories[situation])
      .when(ask(wish, 9))
      .thenRejected('NOT_FOUND')
  })

  it.each(busy)('is refused when the instance is %s, and names the operation that is changing it', (situation) => {
    const state = given(...histories[situation]).state
    if (!('operation' in state)) throw new Error(`${situation} has no operation`)
    const { message } = given(...histories[situation])
      .when(ask(wish, 9))
      .thenRejected('OPERATION_IN_PROGRESS', {
        details: {
          operationId: state.operation.operationId,
          kind: state.operation.kind,
          deadline: state.operation.deadline,
        },
      })
    expect(message).toContain(state.operation.operationId)
    expect(message).toContain(state.operation.kind)
  })
})

describe('which wish makes sense in which status', () => {
  it.each([
    ['restart', 'ACTIVE', restartRequested(2)],
    ['restart', 'FAILED', restartRequested(3)],
    ['stop', 'ACTIVE', stopRequested(2)],
    ['stop', 'FAILED', stopRequested(3)],
    ['start', 'STOPPED', startRequested(3)],
    ['start', 'FAILED', startRequested(3)],
    ['delete', 'ACTIVE', deletionRequested(2)],
    ['delete', 'STOPPED', deletionRequested(3)],
    ['delete', 'FAILED', deletionRequested(3)],
    ['delete', 'FAILED without data', deletionRequested(2)],
  ] as const)('%s is accepted when the instance is %s', (wish, situation, event) => {
    const ordinal = histories[situation].filter(({ type }) => type.endsWith('Requested')).length + 1
    given(...histories[situation])
      .when(ask(wish, ordinal))
      .thenEvents(event)
  })

  it.each([
    ['restart', 'STOPPED', 'ACTIVE or FAILED'],
    ['stop', 'STOPPED', 'ACTIVE or FAILED'],
    ['start', 'ACTIVE', 'STOPPED or FAILED'],
    ['restart', 'FAILED without data', 'can only be deleted'],
    ['stop', 'FAILED without data', 'can only be deleted'],
    ['start', 'FAILED without data', 'can only be deleted'],
  ] as const)('%s is refused when the instance is %s, and says what is possible: %s', (wish, situation, hint) => {
    const { message } = given(...histories[situation])
      .when(ask(wish, 9))
      .thenRejected('INVALID_STATE')
    expect(message).toContain(hint)
  })

  it('leaves only deletion after a deletion that failed, as data may be gone', () => {
    const history = [...histories.ACTIVE, deletionRequested(2), operationFailed(2, 'FAILED')]
    given(...history)
      .when(ask('restart', 3))
      .thenRejected('INVALID_STATE')
    given(...history)
      .when(ask('delete', 3))
      .thenEvents(deletionRequested(3))
  })
})

describe('the same request again', () => {
  it('does nothing while its operation is in progress', () => {
    given(...histories.RESTARTING)
      .when(ask('restart', 2))
      .thenNothing()
  })

  it('does nothing when its operation has ended long ago, in whatever status the instance is now', () => {
    const later: readonly InstanceEvent[] = [restarted(2), stopRequested(3)]
    given(...histories.RESTARTING, ...later)
      .when(ask('restart', 2))
      .thenNothing()
  })

  it('does nothing when it was a deletion that has been done', () => {
    given(...histories.DELETED)
      .when(ask('delete', 2))
      .thenNothing()
  })
})

describe('epochs', () => {
  it('leave one between two operations, for undoing the first', () => {
    given(requested, provisioned, restartRequested(2), restarted(2)).when(ask('stop', 3)).thenEvents(stopRequested(3))
    expect(stopRequested(3).data).toMatchObject({ epoch: 5 })
  })
})
