import { describe, expect, it } from 'vitest'
import { type ProjectId, parseHostId } from '../../../domain/ids.ts'
import type { Actor, Role } from '../../../domain/metadata.ts'
import { createCursors } from '../../../graphql/cursor.ts'
import { type ApiUnderTest, adminToken, bank, createApiUnderTest, shop } from './api-under-test.ts'

const list = `query ($first: Int, $after: String, $last: Int, $before: String, $newestFirst: Boolean! = false, $filter: InstanceFilter) {
  instances(first: $first, after: $after, last: $last, before: $before, newestFirst: $newestFirst, filter: $filter) {
    totalCount edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

const withInstances = async (count: number) => {
  const api = createApiUnderTest()
  for (let index = 0; index < count; index += 1) await api.putInstance(shop, { name: `i${index}` })
  const { token } = await api.putToken(shop, 'member')
  const page = async (variables: object) => {
    const { data, errors } = await api.ask(list, { token, variables: { ...variables } })
    const names: string[] = data?.instances.edges.map((edge: { node: { name: string } }) => edge.node.name) ?? []
    return {
      names,
      errors,
      page: data?.instances.pageInfo,
      edges: data?.instances.edges,
      total: data?.instances.totalCount,
    }
  }
  return { ...api, token, page }
}

describe('a list', () => {
  it('is given in pages that follow each other without gap or repeat, in both directions', async () => {
    const { page } = await withInstances(7)
    for (const newestFirst of [false, true]) {
      const seen: string[] = []
      let after: string | null = null
      for (let pages = 0; pages < 4; pages += 1) {
        const next: Awaited<ReturnType<typeof page>> = await page({ first: 3, after, newestFirst })
        seen.push(...next.names)
        expect(next.page.hasPreviousPage).toBe(after !== null)
        after = next.page.endCursor
        if (!next.page.hasNextPage) break
      }
      const oldestFirst = ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6']
      expect(seen).toEqual(newestFirst ? oldestFirst.reverse() : oldestFirst)
    }
  })

  it('is given from its end as well, in pages that go before each other without gap or repeat', async () => {
    const { page } = await withInstances(7)
    for (const newestFirst of [false, true]) {
      const seen: string[] = []
      let before: string | null = null
      for (let pages = 0; pages < 4; pages += 1) {
        const next: Awaited<ReturnType<typeof page>> = await page({ last: 3, before, newestFirst })
        seen.unshift(...next.names)
        expect(next.page.hasNextPage).toBe(before !== null)
        before = next.page.startCursor
        if (!next.page.hasPreviousPage) break
      }
      const oldestFirst = ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6']
      expect(seen).toEqual(newestFirst ? oldestFirst.reverse() : oldestFirst)
    }
    const { edges } = await page({})
    expect((await page({ last: 2, before: edges[4].cursor })).names).toEqual(['i2', 'i3'])
    expect((await page({ before: edges[2].cursor })).names).toEqual(['i0', 'i1'])
  })

  it('refuses pairs of arguments that do not go together, and cursors it did not give, as the argument they are', async () => {
    const { page } = await withInstances(3)
    const { edges } = await page({})
    const cursor = edges[1].cursor
    const refused = async (variables: object) => (await page(variables)).errors[0]?.extensions
    for (const [variables, field] of [
      [{ first: 1, last: 1 }, 'first'],
      [{ first: 1, before: cursor }, 'first'],
      [{ last: 1, after: cursor }, 'after'],
      [{ after: cursor, before: cursor }, 'after'],
      [{ last: 0 }, 'last'],
      [{ last: 501 }, 'last'],
      [{ last: 1, before: 'garbage' }, 'before'],
    ] as const)
      expect(await refused(variables)).toMatchObject({ code: 'INVALID_INPUT', field })
  })

  it('tells how many there are in all, unless a filter would have to look at each', async () => {
    const { page, putInstance } = await withInstances(3)
    await putInstance(shop, { name: 'gone', status: 'DELETED' })
    await putInstance(bank, { name: 'theirs' })
    expect((await page({ first: 1 })).total).toBe(3)
    expect((await page({ last: 1 })).total).toBe(3)
    expect((await page({ filter: { includeDeleted: true } })).total).toBe(4)
    expect((await page({ filter: { name: 'i1' } })).total).toBe(1)
    expect((await page({ filter: { status: ['ACTIVE'] } })).total).toBeNull()
  })

  it('goes on behind a cursor while instances come, change and are deleted', async () => {
    const api = await withInstances(0)
    const a = await api.putInstance(shop, { name: 'a' })
    await api.putInstance(shop, { name: 'b' })
    const first = await api.page({ first: 1 })
    expect(first.names).toEqual(['a'])
    await api.putInstance(shop, { ...a, status: 'DELETED' })
    await api.putInstance(shop, { name: 'c' })
    const second = await api.page({ first: 5, after: first.page.endCursor })
    expect(second.names).toEqual(['b', 'c'])
  })

  it('has a cursor for every entry, and none when it is empty', async () => {
    const { page } = await withInstances(3)
    const { edges, page: info } = await page({ first: 3 })
    expect(info).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: edges[0].cursor,
      endCursor: edges[2].cursor,
    })
    expect((await page({ first: 3, after: edges[1].cursor })).names).toEqual(['i2'])
    const empty = await page({ after: edges[2].cursor })
    expect(empty.page).toEqual({ hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null })
  })

  it('is of 50 unless told, and refuses to be of none or of more than 500', async () => {
    const { page } = await withInstances(51)
    expect((await page({})).names).toHaveLength(50)
    expect((await page({ first: 500 })).names).toHaveLength(51)
    for (const first of [0, -1, 501]) {
      const { errors } = await page({ first })
      expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'first' })
      expect(errors[0]?.message).toContain(`first is ${first}: 1 to 500 are accepted`)
    }
  })

  it('refuses every cursor it did not give, all alike', async () => {
    const api = await withInstances(1)
    const theirs = await api.putInstance(bank)
    await api.putEvent(shop)
    const cursors = {
      garbage: 'garbage!',
      empty: '',
      'made up': Buffer.from(`instances:${theirs.id}`).toString('base64url'),
      'made with another key': createCursors(Buffer.alloc(32, 'another')).encode('instances', theirs.id),
      'of another list': (await api.ask('{ events { edges { cursor } } }', { token: api.token })).data.events.edges[0]
        .cursor,
    }
    const answers = new Set<string>()
    for (const [what, after] of Object.entries(cursors)) {
      const { errors, names } = await api.page({ after })
      expect(names, what).toEqual([])
      expect(errors[0]?.extensions, what).toMatchObject({ code: 'INVALID_INPUT', field: 'after' })
      answers.add(JSON.stringify(errors))
    }
    expect(answers.size).toBe(1)
  })

  it('is cut by name, status and datastore, and leaves out what is deleted unless told', async () => {
    const { page, putInstance } = await withInstances(0)
    await putInstance(shop, { name: 'a', status: 'ACTIVE' })
    await putInstance(shop, { name: 'a', status: 'DELETED' })
    await putInstance(shop, { name: 'b', status: 'STOPPED' })
    await putInstance(shop, { name: 'c', datastore: 'redis' })
    const names = async (filter: object) => (await page({ filter })).names
    expect(await names({})).toEqual(['a', 'b', 'c'])
    expect(await names({ includeDeleted: true })).toEqual(['a', 'a', 'b', 'c'])
    expect(await names({ name: 'a' })).toEqual(['a'])
    expect(await names({ name: 'a', includeDeleted: true })).toEqual(['a', 'a'])
    expect(await names({ status: 'STOPPED' })).toEqual(['b'])
    expect(await names({ status: ['STOPPED', 'DELETED'] })).toEqual(['a', 'b'])
    expect(await names({ datastore: 'redis' })).toEqual(['c'])
    expect((await page({ filter: { datastore: 'oracle' } })).errors[0]?.message).toContain(
      '"oracle" is not a datastore',
    )
  })

  it('is cut by tags, all of which must be there', async () => {
    const { page, putInstance } = await withInstances(0)
    const tagged = (name: string, tags: Readonly<Record<string, string>>) =>
      putInstance(shop, { name, tags: Object.entries(tags).map(([key, value]) => ({ key, value })) })
    await tagged('a', { team: 'web', tier: '1' })
    await tagged('b', { team: 'web', tier: '2' })
    await tagged('c', { team: 'data' })
    const names = async (...tags: readonly object[]) => (await page({ filter: { tags } })).names
    expect(await names({ key: 'team', value: 'web' })).toEqual(['a', 'b'])
    expect(await names({ key: 'team', value: 'web' }, { key: 'tier', value: '2' })).toEqual(['b'])
    expect(await names({ key: 'tier' })).toEqual(['a', 'b'])
    expect(await names({ key: 'team', value: '' })).toEqual([])
    expect(await names()).toEqual(['a', 'b', 'c'])
  })

  it('is cut by health, the beginning of a name and when something was asked for', async () => {
    const { page, putInstance } = await withInstances(0)
    await putInstance(shop, { name: 'web-1', health: 'HEALTHY', createdAt: '2026-03-01T00:00:00.000Z' })
    await putInstance(shop, { name: 'web-2', health: 'UNHEALTHY', createdAt: '2026-03-02T00:00:00.000Z' })
    await putInstance(shop, { name: 'mail', health: 'UNREACHABLE', createdAt: '2026-03-03T00:00:00.000Z' })
    const names = async (filter: object) => (await page({ filter })).names
    expect(await names({ namePrefix: 'web-' })).toEqual(['web-1', 'web-2'])
    expect(await names({ namePrefix: 'eb' })).toEqual([])
    expect(await names({ health: ['UNHEALTHY', 'UNREACHABLE'] })).toEqual(['web-2', 'mail'])
    expect(await names({ since: '2026-03-02T00:00:00Z' })).toEqual(['web-2', 'mail'])
    expect(await names({ until: '2026-03-02T01:00:00+01:00' })).toEqual(['web-1'])
    expect(await names({ since: '2026-03-01T12:00:00Z', until: '2026-03-02T12:00:00Z' })).toEqual(['web-2'])
    expect(await names({ namePrefix: 'web-', health: 'HEALTHY' })).toEqual(['web-1'])
    for (const since of ['yesterday', '2026-03-01', '']) {
      const [error] = (await page({ filter: { since } })).errors
      expect(error?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'filter.since' })
    }
  })

  it('is cut by host for admins alone', async () => {
    const api = await withInstances(2)
    const host = await api.putHost()
    await api.putInstance(shop, { name: 'elsewhere', hostId: host.id })
    const names = async (hostId: string) =>
      (await api.ask(list, { token: adminToken, variables: { filter: { hostId } } })).data?.instances.edges.map(
        (edge: { node: { name: string } }) => edge.node.name,
      )
    expect(await names(host.id)).toEqual(['elsewhere'])
    expect(await names('nonsense')).toEqual([])
    for (const hostId of [host.id, 'nonsense']) {
      expect((await api.page({ filter: { hostId } })).errors[0]?.extensions.code).toBe('FORBIDDEN')
    }
  })

  it('may be of one project for admins, who see all without; for others naming a project is refused', async () => {
    const api = await withInstances(1)
    await api.putInstance(bank, { name: 'theirs' })
    const names = async (filter: object, token: string) =>
      (await api.ask(list, { token, variables: { filter } })).data?.instances.edges.map(
        (edge: { node: { name: string } }) => edge.node.name,
      )
    expect(await names({}, adminToken)).toEqual(['i0', 'theirs'])
    expect(await names({ projectId: 'bank' }, adminToken)).toEqual(['theirs'])
    expect(await names({ projectId: 'shop' }, api.token)).toEqual(['i0'])
    const errors = async (projectId: string) => (await api.page({ filter: { projectId } })).errors
    expect((await errors('bank'))[0]?.extensions.code).toBe('FORBIDDEN')
    expect(await errors('bank')).toEqual(await errors('nowhere'))
  })
})

describe('a list of operations', () => {
  it('is cut by instance and status', async () => {
    const api = createApiUnderTest()
    const [one, two] = [await api.putInstance(shop), await api.putInstance(shop)]
    const running = await api.putOperation(one, { status: 'RUNNING' })
    await api.putOperation(one, { status: 'FAILED' })
    await api.putOperation(two, { status: 'RUNNING' })
    const { token } = await api.putToken(shop, 'reader')
    const query = 'query ($filter: OperationFilter) { operations(filter: $filter) { nodes { id } } }'
    const { data } = await api.ask(query, { token, variables: { filter: { instanceId: one.id, status: ['RUNNING'] } } })
    expect(data.operations.nodes).toEqual([{ id: running.id }])
  })

  it('is cut by kind, by who asked and by when', async () => {
    const api = createApiUnderTest()
    const one = await api.putInstance(shop)
    const early = await api.putOperation(one, { kind: 'restart', createdAt: '2026-03-01T00:00:00.000Z' })
    const late = await api.putOperation(one, { kind: 'stop', createdAt: '2026-03-02T00:00:00.000Z' })
    const actor = { kind: 'system', name: 'schedules' } as const
    const nightly = await api.putOperation(one, {
      kind: 'stop',
      createdAt: '2026-03-03T00:00:00.000Z',
      requestedBy: actor,
    })
    const { token } = await api.putToken(shop, 'reader')
    const query = 'query ($filter: OperationFilter) { operations(filter: $filter) { nodes { id } } }'
    const ids = async (filter: object) => {
      const { data } = await api.ask(query, { token, variables: { filter } })
      return data.operations.nodes.map(({ id }: { id: string }) => id)
    }
    expect(await ids({ kind: 'STOP' })).toEqual([late.id, nightly.id])
    expect(await ids({ requestedBy: 'schedules' })).toEqual([nightly.id])
    expect(await ids({ until: '2026-03-02T00:00:00Z' })).toEqual([early.id])
    expect(await ids({ instanceId: one.id, kind: ['STOP'], since: '2026-03-02T12:00:00Z' })).toEqual([nightly.id])
  })

  it('leads to what each is about', async () => {
    const api = createApiUnderTest()
    const one = await api.putInstance(shop, { name: 'web' })
    await api.putOperation(one)
    const { token } = await api.putToken(shop, 'reader')
    const query = '{ operations { nodes { instanceId subject { __typename id projectId ... on Instance { name } } } } }'
    const { data } = await api.ask(query, { token })
    const subject = { __typename: 'Instance', id: one.id, projectId: shop, name: 'web' }
    expect(data.operations.nodes).toEqual([{ instanceId: one.id, subject }])
  })
})

describe('the audit log', () => {
  const types = async (api: ApiUnderTest, filter: object) => {
    const query = 'query ($filter: EventFilter) { events(filter: $filter) { nodes { type } } }'
    const { data, errors } = await api.ask(query, { variables: { filter } })
    return errors[0]?.message ?? data.events.nodes.map(({ type }: { type: string }) => type)
  }

  it('is cut by instance, operation and type', async () => {
    const api = createApiUnderTest()
    const instance = await api.putInstance(shop)
    const operation = await api.putOperation(instance)
    const of = { instanceId: instance.id }
    await api.putEvent(shop, { ...of, type: 'InstanceRenamed' })
    await api.putEvent(shop, { ...of, type: 'InstanceRestarted', operationId: operation.id })
    await api.putEvent(shop, { type: 'TokenRevoked' })
    expect(await types(api, {})).toEqual(['InstanceRenamed', 'InstanceRestarted', 'TokenRevoked'])
    expect(await types(api, { instanceId: instance.id })).toEqual(['InstanceRenamed', 'InstanceRestarted'])
    expect(await types(api, { operationId: operation.id })).toEqual(['InstanceRestarted'])
    expect(await types(api, { types: ['TokenRevoked', 'InstanceRenamed'] })).toEqual([
      'InstanceRenamed',
      'TokenRevoked',
    ])
    expect(await types(api, { types: ['Nonsense'] })).toContain('"Nonsense" is not a type of event')
  })

  it('is cut by who caused an event and by what, for each project without a look at others', async () => {
    const api = createApiUnderTest()
    const user = (subject: string, role: Role, projectId: ProjectId): Actor => ({
      kind: 'user',
      subject,
      projectId,
      roles: [role],
    })
    const hostId = parseHostId('01a203e8-d15c-7003-b72b-009708214fd6')
    await api.putEvent(shop, { type: 'TokenIssued', actor: user('ann', 'admin', shop), command: 'IssueToken' })
    await api.putEvent(shop, { type: 'InstanceRenamed', actor: user('ann', 'member', shop) })
    await api.putEvent(bank, { type: 'TokenRevoked', actor: user('ann', 'member', bank), command: 'RevokeToken' })
    await api.putEvent(shop, { type: 'InstanceHealthChanged', actor: { kind: 'agent', hostId } })
    await api.putEvent(shop, { type: 'InstanceRestarted', actor: { kind: 'system', name: 'sagas' } })
    expect(await types(api, { actor: 'ann' })).toEqual(['TokenIssued', 'InstanceRenamed', 'TokenRevoked'])
    expect(await types(api, { actor: 'ann', role: 'MEMBER' })).toEqual(['InstanceRenamed', 'TokenRevoked'])
    expect(await types(api, { actor: 'sagas' })).toEqual(['InstanceRestarted'])
    expect(await types(api, { actor: hostId })).toEqual(['InstanceHealthChanged'])
    expect(await types(api, { hostId })).toEqual(['InstanceHealthChanged'])
    expect(await types(api, { hostId, projectId: bank })).toEqual([])
    expect(await types(api, { role: 'ADMIN', projectId: shop })).toEqual(['TokenIssued'])
    expect(await types(api, { command: 'revokeToken' })).toEqual(['TokenRevoked'])
    expect(await types(api, { command: 'IssueToken', types: ['TokenRevoked'] })).toEqual([])
    expect(await types(api, { command: 'Nonsense' })).toContain('"Nonsense" is not a command: CreateInstance,')

    const { token } = await api.putToken(bank, 'reader')
    const ask = (filter: string) => api.ask(`{ events(filter: ${filter}) { nodes { type } } }`, { token })
    const { data } = await ask('{ actor: "ann" }')
    expect(data.events.nodes).toEqual([{ type: 'TokenRevoked' }])
    expect((await ask(`{ hostId: "${hostId}" }`)).errors[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  it('tells what request brought a command to those of its project, and to admins', async () => {
    const api = createApiUnderTest()
    const request = { id: 'r-1', network: '192.0.2.0/24', client: 'coffer/0.3.0' }
    const actor: Actor = { kind: 'user', subject: 'admin', projectId: bank, roles: ['admin'] }
    await api.putEvent(shop, { request, actor: { ...actor, projectId: shop } as Actor, command: 'RenameInstance' })
    await api.putEvent(shop, { request, actor })
    const { token } = await api.putToken(shop, 'reader')
    const query = '{ events { nodes { command request { id network client } } } }'
    const [own, admins] = (await api.ask(query, { token })).data.events.nodes
    expect(own).toEqual({ command: 'RenameInstance', request })
    expect(admins.request).toBeNull()
    expect((await api.ask(query)).data.events.nodes[1].request).toEqual(request)
  })

  it('leads to the instance and the operation of an event, and to nothing of another project', async () => {
    const api = createApiUnderTest()
    const [ours, theirs] = [await api.putInstance(shop, { name: 'web' }), await api.putInstance(bank)]
    const operation = await api.putOperation(ours)
    await api.putEvent(shop, { instanceId: ours.id, type: 'InstanceRestarted', operationId: operation.id })
    await api.putEvent(shop, { instanceId: theirs.id, type: 'InstanceRenamed' })
    const { token } = await api.putToken(shop, 'reader')
    const { data } = await api.ask('{ events { nodes { instance { name } operation { id } } } }', { token })
    expect(data.events.nodes).toEqual([
      { instance: { name: 'web' }, operation: { id: operation.id } },
      { instance: null, operation: null },
    ])
  })
})

describe('a filter', () => {
  it('looks for each status once, however often it is named', async () => {
    const looked: unknown[] = []
    const none = { entries: [], next: null, seenTo: null }
    const keep = async ({ statuses }: { readonly statuses?: readonly string[] }) => {
      looked.push(statuses)
      return none
    }
    const { ask } = createApiUnderTest({ views: { instances: keep, operations: keep } })
    const many = Array.from({ length: 1000 }, (_, index) => (index % 2 ? 'FAILED' : 'ACTIVE'))
    await ask('query ($status: [InstanceStatus!]) { instances(filter: { status: $status }) { nodes { id } } }', {
      variables: { status: many },
    })
    await ask('query ($status: [OperationStatus!]) { operations(filter: { status: $status }) { nodes { id } } }', {
      variables: { status: many.map((status) => (status === 'ACTIVE' ? 'RUNNING' : status)) },
    })
    expect(looked).toEqual([
      ['ACTIVE', 'FAILED'],
      ['RUNNING', 'FAILED'],
    ])
  })

  it('that names something absent lets nothing through, least of all everything', async () => {
    const api = createApiUnderTest()
    const theirs = await api.putInstance(bank)
    await api.putOperation(await api.putInstance(shop))
    await api.putEvent(shop)
    const { token } = await api.putToken(shop, 'member')
    for (const id of [theirs.id, '01a203e8-d15c-7003-b72b-009708214fd6', 'nonsense', '']) {
      const query = `query ($id: ID!) {
        operations(filter: { instanceId: $id }) { nodes { id } }
        ofInstance: events(filter: { instanceId: $id }) { nodes { id } }
        ofOperation: events(filter: { operationId: $id }) { nodes { id } }
      }`
      const { data } = await api.ask(query, { token, variables: { id } })
      const nothing = { nodes: [] }
      expect(data, id).toEqual({ operations: nothing, ofInstance: nothing, ofOperation: nothing })
    }
  })
})

describe('an instance', () => {
  it('is shown with everything about it', async () => {
    const { ask, putInstance, putOperation, putHost } = createApiUnderTest()
    const host = await putHost()
    const draft = await putInstance(shop, { hostId: host.id })
    const operation = await putOperation(draft)
    await putInstance(shop, {
      ...draft,
      operationId: operation.id,
      fault: { code: 'X', message: 'm', retryable: true },
    })
    const { data, errors } = await ask(
      `query ($id: ID!) { instance(id: $id) {
        id projectId name status health healthReason datastore version flavor vcpus memoryMiB volumeGiB
        endpoint { host port } caCertificate connectionUri databases users { name databases }
        operation { id kind status requestedBy { kind name projectId } instance { id } }
        fault { code message retryable cause } host { id name } createdAt updatedAt stateVersion } }`,
      { variables: { id: draft.id } },
    )
    expect(errors).toEqual([])
    expect(data.instance).toEqual({
      id: draft.id,
      projectId: 'shop',
      name: 'orders',
      status: 'ACTIVE',
      health: 'HEALTHY',
      healthReason: null,
      datastore: 'postgresql',
      version: '17.10',
      flavor: 'small',
      vcpus: 1,
      memoryMiB: 512,
      volumeGiB: 1,
      endpoint: { host: '127.0.0.1', port: 15432 },
      caCertificate: 'PEM',
      connectionUri: 'postgresql://app@127.0.0.1:15432/app?sslmode=verify-full',
      databases: ['app'],
      users: [{ name: 'app', databases: ['app'] }],
      operation: {
        id: operation.id,
        kind: 'RESTART',
        status: 'RUNNING',
        requestedBy: { kind: 'USER', name: 'somebody', projectId: 'shop' },
        instance: { id: draft.id },
      },
      fault: { code: 'X', message: 'm', retryable: true, cause: null },
      host: { id: host.id, name: 'host-1' },
      createdAt: '2025-03-01T12:00:00.000Z',
      updatedAt: '2025-03-01T12:00:00.000Z',
      stateVersion: 1,
    })
  })

  it('is shown to admins with its host, which is read once for all of a list', async () => {
    const asked: string[][] = []
    const { ask, putInstance, putHost } = createApiUnderTest({
      views: {
        hostsById: async (ids) => {
          asked.push([...ids])
          return ids.map((id) => (id === host.id ? host : null))
        },
      },
    })
    const host = await putHost()
    for (let n = 0; n < 3; n += 1) await putInstance(shop, { hostId: host.id })
    const { data } = await ask('{ instances { nodes { host { name } } } }')
    expect(data.instances.nodes).toEqual([1, 2, 3].map(() => ({ host: { name: host.name } })))
    expect(asked).toEqual([[host.id]])
  })

  it('does not tell members where it runs', async () => {
    const { ask, putInstance, putHost, putToken } = createApiUnderTest()
    const host = await putHost()
    const instance = await putInstance(shop, { hostId: host.id })
    const { token } = await putToken(shop, 'member')
    const { data } = await ask('query ($id: ID!) { instance(id: $id) { host { id } } }', {
      token,
      variables: { id: instance.id },
    })
    expect(data.instance).toEqual({ host: null })
  })

  it('is nothing for an id that cannot be one', async () => {
    const { ask } = createApiUnderTest()
    const { data, errors } = await ask(`{ instance(id: "' OR 1=1") { id } operation(id: "") { id } }`)
    expect(errors).toEqual([])
    expect(data).toEqual({ instance: null, operation: null })
  })
})

describe('a quota', () => {
  const quota =
    'query ($project: ID) { quota(project: $project) { projectId isDefault limits { instances } used { instances } } }'

  it('is the configured one until an admin sets it', async () => {
    const { ask, putToken, putQuota } = createApiUnderTest()
    const { token } = await putToken(shop, 'reader')
    const read = async () => (await ask(quota, { token })).data.quota
    expect(await read()).toEqual({
      projectId: 'shop',
      isDefault: true,
      limits: { instances: 5 },
      used: { instances: 0 },
    })
    await putQuota({
      projectId: shop,
      limits: { instances: 2, vcpus: 1, memoryMiB: 1, volumeGiB: 1 },
      used: { instances: 1, vcpus: 1, memoryMiB: 1, volumeGiB: 1 },
      backupBytes: 0,
      flaws: [],
    })
    expect(await read()).toEqual({
      projectId: 'shop',
      isDefault: false,
      limits: { instances: 2 },
      used: { instances: 1 },
    })
  })

  it('is unknown where instances rest on a project that has lost all its events, to the project itself', async () => {
    const asked: unknown[] = []
    const { ask, putToken } = createApiUnderTest({
      findLoss: async (projectId, stream) => {
        asked.push([projectId, stream])
        return { code: 'UNREADABLE_HISTORY', message: 'all is gone' }
      },
    })
    const { token } = await putToken(shop, 'member')
    const { errors } = await ask('{ quota { used { instances } } }', { token })
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('is unknown'),
      extensions: { code: 'UNREADABLE_HISTORY' },
    })
    const id = '01a203e8-d15c-7003-b72b-009708214fd6'
    const instance = await ask('query ($id: ID!) { instance(id: $id) { name } }', { token, variables: { id } })
    expect(instance.errors[0]).toMatchObject({ message: 'all is gone', extensions: { code: 'UNREADABLE_HISTORY' } })
    await ask('query ($id: ID!) { instance(id: $id) { name } }', { variables: { id } })
    expect(asked).toEqual([
      [shop, 'project-shop'],
      [shop, `instance-${id}`],
      [null, `instance-${id}`],
    ])
  })

  it('of another project is for admins', async () => {
    const { ask, putToken } = createApiUnderTest()
    const { token } = await putToken(shop, 'member')
    expect((await ask(quota, { variables: { project: 'bank' } })).data.quota.projectId).toBe('bank')
    expect((await ask(quota, { token, variables: { project: 'bank' } })).errors[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
