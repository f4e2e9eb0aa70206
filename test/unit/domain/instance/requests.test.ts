import { describe, expect, it } from 'vitest'
import { type InstanceEvent, instance, instanceEvents } from '../../../../domain/instance/index.ts'
import type { DetailsChange, InstanceDetails } from '../../../../domain/values/instance-details.ts'
import { noDetails } from '../../../../domain/values/instance-details.ts'
import { sealedSchema } from '../../../../domain/values/instance-spec.ts'
import { specOf } from '../../../support/spec.ts'
import { at, backupId, instanceId, operationId } from '../samples.ts'
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

const change = (wished: DetailsChange) => ({ type: 'ChangeDetails', change: wished }) as const
const changed = (data: Partial<InstanceDetails>): InstanceEvent => ({ type: 'InstanceDetailsChanged', data })

describe('changing what is kept beside an instance', () => {
  it.each(situations.filter((each) => each !== 'ABSENT' && each !== 'DELETED'))(
    'is possible when it is %s, and leaves all else',
    (situation) => {
      const before = given(...histories[situation]).state
      const state = given(...histories[situation])
        .when(change({ description: 'What we sell' }))
        .thenEvents(changed({ description: 'What we sell' }))
      expect(state).toEqual({ ...before, details: { ...noDetails, description: 'What we sell' } })
    },
  )

  it('records what is other than before, and nothing where all is so already', () => {
    const both = { description: 'What we sell', deletionProtected: true }
    const tags = [{ key: 'team', value: 'web' }]
    given(...histories.ACTIVE, changed({ deletionProtected: true }))
      .when(change({ ...both, setTags: tags }))
      .thenEvents(changed({ description: 'What we sell', tags }))
    given(...histories.ACTIVE, changed({ ...both, tags }))
      .when(change({ ...both, setTags: tags, removeTags: ['another'] }))
      .thenNothing()
  })

  it('sets and removes tags one by one, and keeps them by key', () => {
    const before = ['b', 'c', 'd'].map((key) => ({ key, value: 'old' }))
    given(...histories.ACTIVE, changed({ tags: before }))
      .when(
        change({
          setTags: [
            { key: 'c', value: 'new' },
            { key: 'a', value: '' },
          ],
          removeTags: ['d'],
        }),
      )
      .thenEvents(
        changed({
          tags: [
            { key: 'a', value: '' },
            { key: 'b', value: 'old' },
            { key: 'c', value: 'new' },
          ],
        }),
      )
  })

  it('is refused where it would make more than 50 tags', () => {
    const tags = Array.from({ length: 50 }, (_, index) => ({ key: `key${index}`, value: '' }))
    const setTags = [{ key: 'one more', value: '' }]
    const full = given(...histories.ACTIVE, changed({ tags }))
    full.when(change({ setTags })).thenRejected('INVALID_INPUT', { field: 'setTags' })
    full.when(change({ setTags, removeTags: ['key7'] })).thenTypes('InstanceDetailsChanged')
  })

  it.each(['ABSENT', 'DELETED'] as const)('is refused when it is %s, as there is none', (situation) => {
    given(...histories[situation])
      .when(change({ description: 'What we sell' }))
      .thenRejected('NOT_FOUND')
  })
})

describe('an instance that is protected against deletion', () => {
  const isProtected = changed({ deletionProtected: true })

  it('is not deleted, also where it is lost, until the protection is taken off', () => {
    for (const situation of ['ACTIVE', 'STOPPED', 'FAILED', 'FAILED without data'] as const) {
      given(...histories[situation], isProtected)
        .when(ask('delete', 9))
        .thenRejected('DELETION_PROTECTED')
    }
    given(...histories.ACTIVE, isProtected, changed({ deletionProtected: false }))
      .when(ask('delete', 2))
      .thenEvents(deletionRequested(2))
  })

  it('is restarted and stopped like any other', () => {
    given(...histories.ACTIVE, isProtected)
      .when(ask('restart', 2))
      .thenEvents(restartRequested(2))
    given(...histories.ACTIVE, isProtected)
      .when(ask('stop', 2))
      .thenEvents(stopRequested(2))
  })

  it('gets no backup after which it is to be deleted', () => {
    const backup = (thenDelete: boolean) =>
      ({
        type: 'RequestOperation',
        kind: 'backup',
        wish: {
          backupId: backupId(),
          name: 'the last',
          sealedKey: sealedSchema.parse('1.sealed'),
          scheduleId: null,
          thenDelete,
        },
        operationId: operationId(2),
        deadline: at(2000),
      }) as const
    const active = given(...histories.ACTIVE, isProtected)
    active.when(backup(true)).thenRejected('DELETION_PROTECTED', { field: 'thenDelete' })
    active.when(backup(false)).thenTypes('InstanceBackupRequested')
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
