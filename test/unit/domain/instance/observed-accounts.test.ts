import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type InstanceCommand,
  type InstanceEvent,
  instance,
  instanceEvents,
} from '../../../../domain/instance/index.ts'
import { listedDatabases, listedUsers } from '../../../../domain/values/listed-accounts.ts'
import {
  mostTold,
  nothingObserved,
  observe,
  observedAfter,
  toldAccounts,
} from '../../../../domain/values/observed-accounts.ts'
import { specOf } from '../../../support/spec.ts'
import { at, hostId, nodeId, operationId } from '../samples.ts'
import { complete, deleted, deletionRequested, healthy, provisioned, requested } from './history.ts'

const { given } = specOf(instance, instanceEvents)

/** Of the sample instance, which has database and user `app`. */
const told = (databases: readonly string[], users: readonly string[]): InstanceCommand => ({
  type: 'ReportAccounts',
  nodeId: nodeId(),
  hostId: hostId(),
  told: toldAccounts({ databases, users }),
})
const none = nothingObserved.databases
const observed = (databases: object, users: object = {}): InstanceEvent => ({
  type: 'InstanceAccountsObserved',
  data: { databases: { ...none, ...databases }, users: { ...none, ...users } },
})
const active = [requested, provisioned, healthy] as const
const asked = { operationId: operationId(2), epoch: 2, deadline: at(1000) }
const creating: InstanceEvent = {
  type: 'InstanceDatabaseCreationRequested',
  data: { ...asked, name: 'crm', characterSet: null, collation: null, users: [], owner: null },
}
const created: InstanceEvent = {
  type: 'InstanceDatabaseCreated',
  data: { operationId: operationId(2), name: 'crm', users: [] },
}

describe('what a host tells of databases and users', () => {
  it('is no event where it is what Coffer made', () => {
    given(...active)
      .when(told(['app'], ['app']))
      .thenNothing()
  })

  it('is an event where it differs, and none when it is told again, in any order', () => {
    const differs = observed({ made: ['scratch'] }, { missing: ['app'], made: ['ann', 'bob'] })
    given(...active)
      .when(told(['scratch', 'app'], ['bob', 'ann']))
      .thenEvents(differs)
    given(...active, differs)
      .when(told(['app', 'scratch'], ['ann', 'bob']))
      .thenNothing()
    given(...active, differs)
      .when(told(['app'], ['app']))
      .thenEvents(observed({}))
  })

  it('says nothing of what Coffer is about to make, and has it as Coffer’s afterwards', () => {
    given(...active, creating)
      .when(told(['app', 'crm', 'x'], ['app']))
      .thenEvents(observed({ made: ['x'] }))
    given(...active, creating, created)
      .when(told(['app'], ['app']))
      .thenEvents(observed({ missing: ['crm'] }))
  })

  it('is not heard while the instance is made, from another host, or after its end', () => {
    given(requested).when(told([], [])).thenNothing()
    given(...active)
      .when({ ...told([], []), hostId: hostId(9) } as InstanceCommand)
      .thenNothing()
    given(...active, deletionRequested(2), deleted(2))
      .when(told([], []))
      .thenNothing()
  })

  it('keeps a hundred names of each kind, and how many more there are', () => {
    const names = Array.from({ length: mostTold + 5 }, (_, n) => `db${String(n).padStart(5, '0')}`)
    const all = observe(
      { databases: ['app', 'zoo'], users: [], rootEnabled: false },
      toldAccounts({ databases: names, users: [] }),
      [],
    )
    expect(all.databases).toMatchObject({ moreMade: mostTold + 5 - 100, missing: ['app'] })
    expect(all.databases.made).toEqual(names.slice(0, 100))
  })
})

describe('a look that was asked for', () => {
  const asking: InstanceEvent = { type: 'InstanceAccountsRefreshRequested', data: asked }

  it('tells what differs, also where that is as before', () => {
    const results = { look: toldAccounts({ databases: ['app', 'x'], users: ['app'] }) }
    const { type: _, data } = observed({ made: ['x'] }) as Extract<InstanceEvent, { type: 'InstanceAccountsObserved' }>
    const state = given(...active, asking)
      .when({ ...complete(2, 'refresh-accounts'), results } as InstanceCommand)
      .thenEvents({ type: 'InstanceAccountsRefreshed', data: { operationId: operationId(2), ...data } })
    expect(state).toMatchObject({ observed: data, shared: [] })
  })
})

describe('what was made in SQL', () => {
  const request = (kind: string, wish: object): InstanceCommand =>
    ({ type: 'RequestOperation', operationId: operationId(2), deadline: at(1000), kind, wish }) as InstanceCommand
  const found = observed({ made: ['scratch'], missing: ['app'] }, { made: ['ann', 'postgres'], missing: ['app'] })

  it('can be deleted by Coffer, but for what is the engine’s', () => {
    given(...active, found)
      .when(request('delete-users', { names: ['ann'] }))
      .thenEvents({ type: 'InstanceUsersDeletionRequested', data: { ...asked, epoch: 2, names: ['ann'] } })
    given(...active, found)
      .when(request('delete-users', { names: ['postgres'] }))
      .thenRejected('RESERVED_NAME')
    given(...active, found)
      .when(request('delete-database', { name: 'scratch' }))
      .thenEvents({ type: 'InstanceDatabaseDeletionRequested', data: { ...asked, epoch: 2, name: 'scratch' } })
    given(...active, found)
      .when(request('delete-database', { name: 'nowhere' }))
      .thenRejected('NOT_FOUND')
  })

  it('is not there any more once it is deleted', () => {
    const gone: InstanceEvent = {
      type: 'InstanceDatabaseDeleted',
      data: { operationId: operationId(2), name: 'scratch' },
    }
    const going: InstanceEvent = { type: 'InstanceDatabaseDeletionRequested', data: { ...asked, name: 'scratch' } }
    given(...active, found, going, gone)
      .when(told([], ['ann', 'postgres']))
      .thenNothing()
  })

  it('is listed behind what Coffer made, which may be missing', () => {
    const accounts = { databases: ['app'], users: [], observed: (found as { data: typeof nothingObserved }).data }
    expect(listedDatabases(accounts)).toEqual([
      { name: 'app', origin: 'COFFER', missing: true },
      { name: 'scratch', origin: 'ENGINE', missing: false },
    ])
    expect(listedUsers(accounts).map(({ name, origin }) => [name, origin])).toEqual([
      ['ann', 'ENGINE'],
      ['postgres', 'ENGINE'],
    ])
  })
})

it('what differs is the engine’s without Coffer’s and Coffer’s without the engine’s, whatever Coffer does then', () => {
  const names = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 })
  fc.assert(
    fc.property(names, names, names, (known, there, later) => {
      const accounts = (databases: string[]) => ({ databases, users: [], rootEnabled: false })
      const of = (databases: string[]) =>
        observe(accounts(databases), toldAccounts({ databases: there, users: [] }), []).databases
      const { made, missing } = of(known)
      expect([...made].sort()).toEqual(there.filter((name) => !known.includes(name)).sort())
      expect([...missing].sort()).toEqual(known.filter((name) => !there.includes(name)).sort())
      const after = observedAfter({ ...nothingObserved, databases: of(known) }, accounts(later)).databases
      expect(after.made.some((name) => later.includes(name))).toBe(false)
      expect(after.missing.every((name) => later.includes(name))).toBe(true)
    }),
  )
})
