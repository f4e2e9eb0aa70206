import { describe, it } from 'vitest'
import {
  type InstanceCommand,
  type InstanceEvent,
  instance,
  instanceEvents,
} from '../../../../domain/instance/index.ts'
import type { DatastoreType } from '../../../../domain/values/instance-spec.ts'
import { specOf } from '../../../support/spec.ts'
import { at, operationId, spec } from '../samples.ts'
import { healthy, provisioned, requested } from './history.ts'

const { given } = specOf(instance, instanceEvents)
const wish = { name: 'crm', characterSet: null, collation: null, users: null }
const create = (more: object): InstanceCommand =>
  ({
    type: 'RequestOperation',
    operationId: operationId(2),
    deadline: at(1000),
    kind: 'create-database',
    wish: { ...wish, ...more },
  }) as InstanceCommand
const begun = (asked: object): InstanceEvent =>
  ({
    type: 'InstanceDatabaseCreationRequested',
    data: { operationId: operationId(2), deadline: at(1000), epoch: 2, ...wish, ...asked },
  }) as InstanceEvent
const on = (datastore: DatastoreType) => {
  const data = { ...requested.data, spec: { ...spec, datastore } }
  return given({ ...requested, data } as InstanceEvent, provisioned, healthy)
}

describe('the owner of a database', () => {
  it('is given it in full, with nobody but those who are named', () => {
    on('postgresql')
      .when(create({ owner: 'app' }))
      .thenEvents(begun({ owner: 'app', users: ['app'] }))
    on('postgresql')
      .when(create({ owner: 'app', users: [] }))
      .thenEvents(begun({ owner: 'app', users: ['app'] }))
  })

  it('is a user that Coffer made, of an engine that has owners', () => {
    on('postgresql')
      .when(create({ owner: 'nobody' }))
      .thenRejected('NOT_FOUND')
    on('mariadb')
      .when(create({ owner: 'app' }))
      .thenRejected('FEATURE_NOT_AVAILABLE')
    on('redis')
      .when(create({ owner: 'app' }))
      .thenRejected('FEATURE_NOT_AVAILABLE')
  })
})
