import { describe, expect, it } from 'vitest'
import { parseFlavorId } from '../../../../domain/ids.ts'
import { type InstanceCommand, instance, instanceEvents, operationSubject } from '../../../../domain/instance/index.ts'
import { mayBeginBeside } from '../../../../domain/instance/lanes.ts'
import {
  type ExclusiveKind,
  exclusiveOperations,
  type SharedKind,
  sharedOperations,
} from '../../../../domain/instance/operations.ts'
import { specOf } from '../../../support/spec.ts'
import { at, fault, operationId } from '../samples.ts'
import {
  ask,
  complete,
  databaseCreated,
  databaseRequested,
  deleted,
  deletionRequested,
  fail,
  histories,
  provisioned,
  requested,
  restarted,
  restartRequested,
} from './history.ts'

const { given } = specOf(instance, instanceEvents)
const active = histories.ACTIVE
const resizeRequested = {
  type: 'InstanceResizeRequested',
  data: {
    ...{ operationId: operationId(2), epoch: 3, deadline: at(2000) },
    ...{ flavor: parseFlavorId('small'), vcpus: 1, memoryMiB: 512, volumeGiB: 4 },
  },
} as const

const configurationRestartRequested = {
  type: 'InstanceConfigurationRestartRequested',
  data: {
    ...{ operationId: operationId(2), epoch: 3, deadline: at(2000) },
    ...{ configurationId: null, revision: 0, values: {}, former: {} },
  },
} as const

/** An instance that was ACTIVE and that this kind of operation is changing. */
const changing: { readonly [E in ExclusiveKind]: readonly Parameters<typeof instance.evolve>[1][] } = {
  provision: [requested],
  restart: [...active, restartRequested(2)],
  stop: histories.STOPPING,
  start: histories.STARTING,
  resize: [...active, resizeRequested],
  delete: histories.DELETING,
  'configure-restart': [...active, configurationRestartRequested],
}
const sharedWishes: { readonly [S in SharedKind]: object } = {
  'create-database': { name: 'crm', characterSet: null, collation: null, users: null },
  'delete-database': { name: 'app' },
  backup: { backupId: '019a0009-0000-7000-8000-000000000001', name: 'nightly', sealedKey: '1.sealed' },
  'create-users': {
    asked: [{ name: 'bob', sealedPassword: '1.box', databases: null, level: 'read', host: null }],
  },
  'delete-users': { names: ['app'] },
  'change-password': { name: 'app', sealedPassword: '1.box', keepFormer: false },
  'grant-access': { name: 'app', databases: ['app'], level: 'write' },
  'revoke-access': { name: 'app', databases: ['app'] },
  'enable-root': { sealedPassword: '1.box' },
  'disable-root': {},
  'refresh-accounts': {},
  'create-extension': { database: 'app', name: 'pg_trgm' },
  'drop-extension': { database: 'app', name: 'pg_trgm' },
  configure: { configurationId: null, revision: 0, values: {}, former: {} },
}
const askShared = (kind: SharedKind, ordinal: number, wish: object = {}): InstanceCommand =>
  ({
    type: 'RequestOperation',
    kind,
    wish: { ...sharedWishes[kind], ...wish },
    operationId: operationId(ordinal),
    deadline: at(1000 * ordinal),
  }) as InstanceCommand

const cells = sharedOperations.flatMap(({ kind }) =>
  exclusiveOperations.map((exclusive) => ({ shared: kind, exclusive: exclusive.kind })),
)

describe('what goes beside what', () => {
  it.each(cells)('$shared asked for while $exclusive is in progress', ({ shared, exclusive }) => {
    const asked = given(...changing[exclusive]).when(askShared(shared, 9))
    if (mayBeginBeside[shared][exclusive])
      asked.thenTypes(sharedOperations.find(({ kind }) => kind === shared)?.requested as never)
    else asked.thenRejected('OPERATION_IN_PROGRESS', { details: { kind: exclusive } })
  })

  it.each(
    exclusiveOperations
      .map(({ kind }) => kind)
      .filter((kind) => kind === 'restart' || kind === 'stop' || kind === 'delete'),
  )('is that a %s never waits for shared work, which goes on', (kind) => {
    const state = given(...active, databaseRequested(2)).when(ask(kind, 3))
    state.thenTypes(
      { restart: 'InstanceRestartRequested', stop: 'InstanceStopRequested', delete: 'InstanceDeletionRequested' }[
        kind
      ] as never,
    )
    const busy = given(...active, databaseRequested(2), restartRequested(3)).state
    expect(busy).toMatchObject({ status: 'RESTARTING', shared: [{ kind: 'create-database' }] })
  })

  it('is that shared work does not wait for other shared work, but for what is about the same thing', () => {
    const making = given(...active, databaseRequested(2))
    making.when(askShared('create-database', 3, { name: 'news' })).thenTypes('InstanceDatabaseCreationRequested')
    making.when(askShared('delete-database', 3)).thenTypes('InstanceDatabaseDeletionRequested')
    making
      .when(askShared('create-database', 3))
      .thenRejected('OPERATION_IN_PROGRESS', { details: { operationId: operationId(2), kind: 'create-database' } })
  })
})

describe('shared work', () => {
  it('has epochs of its own and moves those of the other lane by nothing', () => {
    const [second] = given(...active, databaseRequested(2))
      .when(askShared('delete-database', 3))
      .thenTypes('InstanceDatabaseDeletionRequested')
    expect(second?.data).toMatchObject({ epoch: 4 })
    const [change] = given(...active, databaseRequested(2))
      .when(ask('restart', 3))
      .thenTypes('InstanceRestartRequested')
    expect(change?.data).toMatchObject({ epoch: 3 })
  })

  it('leaves the status alone, and ends while an operation changes it', () => {
    const busy = [...active, databaseRequested(2), restartRequested(3)]
    const done = given(...busy)
      .when(complete(2, 'create-database'))
      .thenEvents(databaseCreated(2))
    expect(done).toMatchObject({
      status: 'RESTARTING',
      shared: [],
      accounts: {
        databases: ['app', 'crm'],
        users: [
          {
            name: 'app',
            access: [
              { database: 'app', level: 'all' },
              { database: 'crm', level: 'all' },
            ],
          },
        ],
      },
    })
    expect(instance.evolve(done, restarted(3))).toMatchObject({
      status: 'ACTIVE',
      accounts: { databases: ['app', 'crm'] },
    })
    const failed = given(...busy)
      .when(fail(2, 'create-database', false))
      .thenEvents({ type: 'InstanceSharedOperationFailed', data: { operationId: operationId(2), fault } })
    expect(failed).toMatchObject({ status: 'RESTARTING', shared: [], accounts: { databases: ['app'] } })
  })

  it('ends where the instance is gone meanwhile, and brings nothing back', () => {
    const gone = [...active, databaseRequested(2), deletionRequested(3), deleted(3)]
    const state = given(...gone)
      .when(fail(2, 'create-database', false))
      .thenEvents({ type: 'InstanceSharedOperationFailed', data: { operationId: operationId(2), fault } })
    expect(state).toMatchObject({ status: 'DELETED', shared: [] })
    given(...gone, { type: 'InstanceSharedOperationFailed', data: { operationId: operationId(2), fault } })
      .when(complete(2, 'create-database'))
      .thenNothing()
  })

  it('is told what it needs, though another operation changes the instance', () => {
    const { state } = given(...active, databaseRequested(9), resizeRequested)
    expect(operationSubject(state, operationId(9))).toMatchObject({ epoch: 2, wish: { name: 'crm' }, users: [] })
  })

  it('does not keep a provisioned instance from being asked for twice the same', () => {
    given(requested, provisioned, databaseRequested(2)).when(askShared('create-database', 2)).thenNothing()
  })
})
