import { describe, expect, it } from 'vitest'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { parseProjectId } from '../../../domain/ids.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { createAuditLogReader } from '../../../projections/audit-log.ts'
import type { Page, PageRequest } from '../../../projections/page.ts'
import type { ViewStore } from '../../../projections/ports/view-store.ts'
import { projectBatch } from '../../../projections/project-batch.ts'
import { readProjected } from '../../../projections/projection.ts'
import { createViews } from '../../../projections/queries.ts'
import { allViews } from '../../../projections/registry.ts'
import { createEventLog, type EventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

/** The views of a log, and how often the store was asked for how many documents of a list. */
const viewsOf = async (log: EventLog) => {
  const store = createMemoryViewStore()
  const events = readProjected(log.events())
  const checkpoint = events.length - 1
  for (const projection of allViews) {
    const writes = await projectBatch(projection, { events }, store)
    await store.apply({ view: projection.view, expected: -1, checkpoint, mark: noMark, writes })
  }
  const asked: number[] = []
  const counting: ViewStore = {
    ...store,
    list: (view, options) => {
      asked.push(options.first)
      return store.list(view, options)
    },
  }
  return {
    views: createViews({ ...quietKernel, viewStore: counting, readAuditLog: createAuditLogReader(log) }),
    store,
    asked,
  }
}

/** Every key of a list read page by page. */
const allKeys = async (
  read: (page: PageRequest) => Promise<Page<unknown>>,
  request: PageRequest,
): Promise<readonly string[]> => {
  const keys: string[] = []
  for (let after: string | null | undefined; after !== null; ) {
    const page = await read({ ...request, ...(after !== undefined && { after }) })
    expect(page.entries.length).toBeLessThanOrEqual(request.first)
    keys.push(...page.entries.map(({ key }) => key))
    after = page.next
  }
  return keys
}

const acme = parseProjectId('acme')
const other = parseProjectId('other')

describe('instances', () => {
  const log = createEventLog()
  const worlds = Array.from({ length: 60 }, (_, at) => exampleWorld(at, { projectId: at % 3 === 0 ? other : acme }))
  for (const [at, world] of worlds.entries()) {
    log.add('InstanceRequested', world, { name: `db-${at % 10}` })
    log.add('InstanceProvisioned', world)
    if (at >= 10 && at < 50) log.add('InstanceDeleted', world)
  }
  const idsWhere = (test: (at: number) => boolean) =>
    worlds.flatMap(({ instanceId }, at) => (test(at) ? [instanceId] : []))
  const isLive = (at: number) => at < 10 || at >= 50
  const isAcme = (at: number) => at % 3 !== 0

  it('are those of a project that are not deleted, oldest first, in pages of any length', async () => {
    const { views } = await viewsOf(log)
    for (const first of [1, 4, 13, 14, 500]) {
      const keys = await allKeys((page) => views.instances({ projectId: acme }, page), { first })
      expect(keys).toEqual(idsWhere((at) => isLive(at) && isAcme(at)))
    }
    expect(await views.instanceCount({ projectId: acme })).toBe(13)
    expect(await views.instanceCount({ projectId: null })).toBe(20)
  })

  it('are newest first when asked so', async () => {
    const { views } = await viewsOf(log)
    const keys = await allKeys((page) => views.instances({ projectId: null }, page), {
      first: 7,
      direction: 'descending',
    })
    expect(keys).toEqual(idsWhere(isLive).reverse())
  })

  it('do not cost the deleted ones', async () => {
    const { views, asked } = await viewsOf(log)
    await views.instances({ projectId: null }, { first: 15 })
    expect(asked).toEqual([16])
  })

  it('are with the deleted ones when asked so', async () => {
    const { views } = await viewsOf(log)
    const read = (page: PageRequest) => views.instances({ projectId: acme, includeDeleted: true }, page)
    expect(await allKeys(read, { first: 7 })).toEqual(idsWhere(isAcme))
  })

  it('of one name are found without looking at others in a project, and by looking without one', async () => {
    const { views, asked } = await viewsOf(log)
    const named = (projectId: typeof acme | null) => (page: PageRequest) =>
      views.instances({ projectId, name: 'db-4' }, page)
    expect(await allKeys(named(acme), { first: 5 })).toEqual(
      idsWhere((at) => isLive(at) && isAcme(at) && at % 10 === 4),
    )
    expect(asked).toEqual([6])
    expect(await allKeys(named(null), { first: 5 })).toEqual(idsWhere((at) => isLive(at) && at % 10 === 4))
  })

  it('can be filtered by status, datastore and host, through all pages', async () => {
    const { views } = await viewsOf(log)
    const deleted = { projectId: null, includeDeleted: true, statuses: ['DELETED'] } as const
    for (const first of [1, 3, 40]) {
      expect(await allKeys((page) => views.instances(deleted, page), { first })).toEqual(idsWhere((at) => !isLive(at)))
    }
    const none = [{ statuses: ['FAILED'] }, { datastore: 'redis' }, { hostId: exampleWorld(1).instanceId }] as const
    for (const filter of none) {
      expect(
        await allKeys((page) => views.instances({ projectId: null, ...(filter as object) }, page), { first: 9 }),
      ).toEqual([])
    }
  })
})

describe('a filter that lets little through', () => {
  const log = createEventLog()
  for (let number = 0; number < 12_000; number += 1) log.add('FlavorDefined', exampleWorld())
  log.add('FlavorRetired', exampleWorld())

  it('looks at a bounded number of documents for one page and still comes to all', async () => {
    const { views, asked } = await viewsOf(log)
    const read = (page: PageRequest) =>
      views.events({ projectId: null, types: ['FlavorRetired', 'TokenRevoked'] }, page)
    const first = await read({ first: 10 })
    expect(first.entries).toEqual([])
    expect(first.next).not.toBeNull()
    expect(asked.reduce((sum, count) => sum + count, 0)).toBeLessThan(6000)
    expect(await allKeys(read, { first: 10 })).toEqual(['0000000000012000'])
  })

  it('finds what has a list of its own in one read, however many events there are', async () => {
    const { views, asked } = await viewsOf(log)
    const page = await views.events({ projectId: null, types: ['FlavorRetired'] }, { first: 10 })
    expect(page.entries.map(({ key }) => key)).toEqual(['0000000000012000'])
    expect(page.next).toBeNull()
    expect(asked).toHaveLength(1)
  })
})

describe('operations and events', () => {
  const log = createEventLog()
  const [mine, second, theirs] = [exampleWorld(1), exampleWorld(2), exampleWorld(3, { projectId: other })]
  for (const world of [mine, second, theirs]) {
    log.add('InstanceRequested', world)
    log.add('OperationStarted', world)
  }
  log.add('OperationSucceeded', mine)
  log.add('HostRegistered', mine)

  it('are found by project, instance, whether they have ended, status and kind', async () => {
    const { views } = await viewsOf(log)
    const ids = async (filter: Parameters<typeof views.operations>[0]) =>
      (await views.operations(filter, { first: 10 })).entries.map(({ key }) => key)
    expect(await ids({ projectId: acme })).toEqual([mine.operationId, second.operationId])
    expect(await ids({ projectId: acme, open: true })).toEqual([second.operationId])
    expect(await ids({ projectId: null, open: true })).toEqual([second.operationId, theirs.operationId])
    expect(await ids({ projectId: acme, instanceId: mine.instanceId })).toEqual([mine.operationId])
    expect(await ids({ projectId: acme, instanceId: mine.instanceId, open: true })).toEqual([])
    expect(await ids({ projectId: acme, instanceId: theirs.instanceId })).toEqual([])
    expect(await ids({ projectId: null, statuses: ['SUCCEEDED'] })).toEqual([mine.operationId])
    expect(await ids({ projectId: null, kinds: ['restart'] })).toEqual([])
  })

  it('of another project are not shown under an instance or operation of it', async () => {
    const { views } = await viewsOf(log)
    const positions = async (filter: Parameters<typeof views.events>[0]) =>
      (await views.events(filter, { first: 20 })).entries.map(({ document }) => document.position)
    expect(await positions({ projectId: null })).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(await positions({ projectId: acme })).toEqual([0, 1, 2, 3, 6])
    expect(await positions({ projectId: acme, instanceId: mine.instanceId })).toEqual([0, 1, 6])
    expect(await positions({ projectId: acme, operationId: mine.operationId })).toEqual([1, 6])
    expect(await positions({ projectId: acme, instanceId: theirs.instanceId })).toEqual([])
    expect(await positions({ projectId: acme, operationId: theirs.operationId })).toEqual([])
    expect(await positions({ projectId: acme, types: ['InstanceRequested'] })).toEqual([0, 2])
  })
})

describe('single documents', () => {
  it('are read by id, many at once in the order of the ids', async () => {
    const log = createEventLog()
    const world = exampleWorld()
    for (const type of ['InstanceRequested', 'HostRegistered', 'DatastoreVersionOffered', 'FlavorDefined'] as const) {
      log.add(type, world)
    }
    log.add('QuotaCommitted', world)
    log.add('TokenIssued', world)
    const { views } = await viewsOf(log)
    expect((await views.instance(world.instanceId))?.name).toBe('shop')
    expect((await views.operation(world.operationId))?.status).toBe('PENDING')
    expect((await views.host(world.hostId))?.name).toBe('db-1')
    expect((await views.flavor(world.flavorId))?.vcpus).toBe(1)
    expect((await views.datastore('postgresql'))?.defaultVersion).toBe('17.10')
    expect((await views.datastores()).map(({ type }) => type)).toEqual(['postgresql'])
    expect((await views.quota(world.projectId))?.used.instances).toBe(1)
    expect((await views.token(world.tokenId))?.name).toBe('ci')
    expect(await views.instance(exampleWorld(2).instanceId)).toBeNull()
    const many = await views.instancesById([exampleWorld(2).instanceId, world.instanceId])
    expect(many.map((instance) => instance?.id)).toEqual([undefined, world.instanceId])
    const lists = [views.hosts({ first: 5 }), views.flavors({ first: 5 }), views.quotas({ first: 5 })] as const
    for (const page of await Promise.all(lists)) expect(page.entries).toHaveLength(1)
    expect((await views.tokens({ projectId: world.projectId }, { first: 5 })).entries).toHaveLength(1)
    expect((await views.tokens({ projectId: other }, { first: 5 })).entries).toHaveLength(0)
  })
})
