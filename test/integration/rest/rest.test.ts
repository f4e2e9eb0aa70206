import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemContext } from '../../../commands/system-context.ts'
import { parameters, parametersIdOf, parametersStream } from '../../../domain/parameters/index.ts'
import { createRestApi } from '../../../rest/api.ts'
import { matchPath, shapeOf } from '../../../rest/route.ts'
import { routes } from '../../../rest/routes.ts'
import { startApiOnPlane } from '../../support/api-on-plane.ts'
import { exampleParameter } from '../../support/example-parameter.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('rest')
const cleanups: (() => Promise<unknown>)[] = []
let system: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  system = await start()
})
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

type Options = {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly project?: string
}

/** As the description of the API says that it is. */
const isAsDescribed = (method: string, url: string, { status, text }: { status: number; text: string }): boolean => {
  const path = url.split('?')[0] ?? ''
  const [, , , ...below] = path.split('/')
  const route = routes.find(
    ({ access, ...each }) =>
      each.method === method &&
      matchPath(shapeOf(each.path), access === 'open' ? path.split('/') : ['', ...below]) !== null,
  )
  if (!route || status >= 400) return true
  const { body } = route.gives
  return status === route.gives.status && (body === null ? text === '' : body.safeParse(JSON.parse(text)).success)
}

/** The API, asked with tokens of its projects: each test has its own. */
const start = async () => {
  const { api, ask, issueToken, plane } = await startApiOnPlane(dir.next(), cleanups)
  const rest = createRestApi(api.edge)
  let projects = 0
  const send = async (method: string, url: string, headers: Readonly<Record<string, string>>, body = '') => {
    const answered = await rest.answer({
      method,
      url,
      header: (name) => headers[name] ?? null,
      readBody: async () => body,
      signal: new AbortController().signal,
    })
    // biome-ignore lint/suspicious/noExplicitAny: answers have the shape of what was asked
    const json: any = answered.headers['Content-Type'] === 'application/json' ? JSON.parse(answered.text) : null
    if (json !== null || answered.text === '') expect([url, isAsDescribed(method, url, answered)]).toEqual([url, true])
    return { ...answered, json }
  }
  const clientOf = async (role = 'MEMBER') => {
    projects += 1
    const project = `project-${projects}`
    const { id, secret } = await issueToken(project, role)
    const call = (method: string, path: string, { headers = {}, body, project: named = project }: Options = {}) =>
      send(
        method,
        `/v1.0/${named}${path}`,
        { 'x-auth-token': secret, host: 'db.test:8080', 'content-type': 'application/json', ...headers },
        typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body),
      )
    return { call, project, id, secret }
  }
  /** As a host that has started this version tells it. */
  const readParameters = async (version: string): Promise<void> => {
    const catalogue = [exampleParameter('work_mem', { min: 64, unit: 'kB' }), exampleParameter('statement_timeout')]
    const found = { datastore: 'postgresql', version, format: 1, parameters: catalogue } as const
    const stream = parametersStream(parametersIdOf('postgresql', version))
    const context = systemContext('test', randomUUID())
    await plane.handler.handle(parameters, stream, { type: 'RecordParameters', ...found }, context)
  }
  return { ask, send, clientOf, readParameters }
}

const wish = {
  instance: {
    name: 'shop',
    flavorRef: 'small',
    volume: { size: 1 },
    databases: [{ name: 'app' }],
    users: [{ name: 'app', password: 'a long enough password', databases: [{ name: 'app' }] }],
  },
}

type Client = Awaited<ReturnType<Awaited<ReturnType<typeof start>>['clientOf']>>

const makeShop = async ({ call }: Client): Promise<string> => {
  const { json } = await call('POST', '/instances', { body: wish })
  const { id } = json.instance
  await waitFor('the instance', async () => (await call('GET', `/instances/${id}`)).json.instance.status === 'ACTIVE')
  return id
}

describe('the Trove API', () => {
  it('makes, shows, lists, changes and deletes an instance', async () => {
    const { clientOf } = system
    const client = await clientOf()
    const { call } = client
    const made = await call('POST', '/instances', { body: wish })
    expect(made).toMatchObject({ status: 200, json: { instance: { name: 'shop', flavor: { id: 'small' } } } })
    expect(made.headers['X-Coffer-Operation']).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.text).not.toContain('null')
    expect(made.text).not.toContain('a long enough password')
    const { id } = made.json.instance
    await waitFor('the instance', async () => (await call('GET', '/instances/shop')).json.instance.status === 'ACTIVE')
    const shown = (await call('GET', `/instances/${id}`)).json.instance
    expect(shown).toMatchObject({
      id,
      volume: { size: 1 },
      datastore: { type: 'postgresql' },
      ip: ['127.0.0.1'],
      port: 15432,
      links: [{ rel: 'self', href: `http://db.test:8080/v1.0/${client.project}/instances/${id}` }, { rel: 'bookmark' }],
    })
    expect(shown.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
    const larger = { resize: { volume: { size: 4, type: 'ssd' } } }
    expect(await call('POST', `/instances/${id}/action`, { body: larger })).toMatchObject({
      status: 501,
      json: { notImplemented: { field: 'volume.type' } },
    })
    expect(await call('PUT', `/instances/${id}`, { body: { instance: { name: 'store' } } })).toMatchObject({
      status: 202,
      text: '',
    })
    expect((await call('GET', '/instances')).json.instances).toMatchObject([{ id, name: 'store' }])
    expect((await call('POST', `/instances/${id}/databases`, { body: { databases: [{ name: 'more' }] } })).status).toBe(
      202,
    )
    // At once: clients list them next.
    expect((await call('GET', `/instances/${id}/databases`)).json.databases).toHaveLength(2)
    expect((await call('DELETE', `/instances/${id}/databases/none`)).status).toBe(404)
    const deleted = await call('DELETE', '/instances/store')
    expect(deleted).toMatchObject({ status: 202, text: '' })
    await waitFor('the end', async () => (await call('GET', `/instances/${id}`)).status === 404)
    expect((await call('GET', '/instances')).json).toEqual({ instances: [] })
  })

  it('makes, shows, changes and deletes users', async () => {
    const { clientOf } = system
    const client = await clientOf()
    const { call } = client
    const users = `/instances/${await makeShop(client)}/users`
    const names = async () => (await call('GET', users)).json.users.map(({ name }: { name: string }) => name)
    const databases = async () => (await call('GET', `${users}/ann/databases`)).json.databases
    expect((await call('GET', users)).json.users).toEqual([{ name: 'app', host: '%', databases: [{ name: 'app' }] }])
    const ann = { name: 'ann', password: 'another long password', host: '%', databases: [] }
    expect(await call('POST', users, { body: { users: [ann] } })).toMatchObject({ status: 202, text: '' })
    expect(await names()).toHaveLength(2)
    expect(await databases()).toEqual([])
    expect((await call('PUT', `${users}/ann/databases`, { body: { databases: [{ name: 'app' }] } })).status).toBe(202)
    expect(await databases()).toHaveLength(1)
    expect((await call('DELETE', `${users}/ann/databases/none`)).status).toBe(404)
    expect((await call('DELETE', `${users}/ann/databases/app`)).status).toBe(202)
    await waitFor('the revocation', async () => (await databases()).length === 0)
    const password = { user: { password: 'yet another long password' } }
    const changed = await call('PUT', `${users}/ann%40%25`, { body: password })
    expect(changed).toMatchObject({ status: 202, headers: { 'X-Coffer-Operation': expect.any(String) } })
    expect((await call('PUT', `${users}/ann`, { body: { user: { name: 'bob' } } })).status).toBe(501)
    const all = (host: string) => call('PUT', users, { body: { users: [{ name: 'ann', host, ...password.user }] } })
    expect((await all('10.0.0.1')).status).toBe(404)
    expect((await all('%')).status).toBe(202)
    // Once the password is changed.
    await waitFor('the deletion', async () => (await call('DELETE', `${users}/ann`)).status === 202)
    await waitFor('the end of the user', async () => (await names()).length === 1)
    expect((await call('GET', `${users}/ann`)).status).toBe(404)
  })

  it('has an instance backed up at certain times, one strategy each', async () => {
    const { clientOf } = system
    const client = await clientOf()
    const { call, project } = client
    const id = await makeShop(client)
    const strategies = async (query = '') => (await call('GET', `/backup_strategies${query}`)).json.backup_strategies
    const make = (wish: object) => call('POST', '/backup_strategies', { body: { backup_strategy: wish } })
    const made = await make({ instance_id: 'shop' })
    expect(made).toMatchObject({ status: 202, json: { backup_strategy: { project_id: project, instance_id: id } } })
    expect(made.json.backup_strategy).toMatchObject({ cron: '0 3 * * *', time_zone: 'UTC' })
    const again = await make({ instance_id: id, cron: '30 4 * * SUN', time_zone: 'Europe/Berlin' })
    expect(again.json.backup_strategy).toMatchObject({ id: made.json.backup_strategy.id, cron: '30 4 * * SUN' })
    expect(await strategies()).toMatchObject([{ instance_id: id, time_zone: 'Europe/Berlin' }])
    expect(await strategies(`?instance_id=${id}`)).toHaveLength(1)
    expect(await make({ instance_id: id, cron: 'at night' })).toMatchObject({ status: 400 })
    expect(await make({})).toMatchObject({ status: 400, json: { badRequest: { field: 'instance_id' } } })
    expect(await make({ instance_id: id, swift_container: 'nightly' })).toMatchObject({
      status: 501,
      json: { notImplemented: { field: 'backup_strategy.swift_container' } },
    })
    const other = await clientOf()
    expect((await other.call('GET', '/backup_strategies')).json.backup_strategies).toEqual([])
    expect((await other.call('DELETE', `/backup_strategies?instance_id=${id}`)).status).toBe(404)
    expect((await call('DELETE', `/backup_strategies?instance_id=${id}`)).status).toBe(202)
    expect(await strategies()).toEqual([])
  })

  it('says that TLS is on, and refuses less', async () => {
    const { clientOf } = system
    const client = await clientOf()
    const { call } = client
    const id = await makeShop(client)
    const enabled = { ssl: { status: 'enabled', mode: 'enforced', restart_required: false } }
    expect(await call('GET', `/instances/${id}/ssl`)).toMatchObject({ status: 200, json: enabled })
    const change = (ssl: object) => call('POST', `/instances/${id}/ssl`, { body: { ssl } })
    expect(await change({ mode: 'enforced' })).toMatchObject({ status: 200, json: enabled })
    for (const wish of [
      { password_ref: 'http://keys.test' },
      { disable: true },
      { rollback: true },
      { mode: 'basic' },
      { container_ref: 'http://keys.test' },
    ]) {
      expect(await change(wish)).toMatchObject({ status: 422, json: { unprocessableEntity: { field: 'ssl' } } })
    }
  })

  it('changes of a configuration group what is named, and says where nothing is', async () => {
    const { clientOf, readParameters } = system
    await readParameters('17.9')
    const { call } = await clientOf()
    const datastore = { type: 'postgresql', version: '17.9' }
    const values = { work_mem: '64MB', statement_timeout: 5 }
    const group = { name: 'lean', description: 'for reports', datastore, values }
    const made = await call('POST', '/configurations', { body: { configuration: group } })
    expect(made).toMatchObject({ status: 200, json: { configuration: { name: 'lean', description: 'for reports' } } })
    const path = `/configurations/${made.json.configuration.id}`
    const change = (method: string, configuration: object) => call(method, path, { body: { configuration } })
    const shown = async () => {
      const { name, description, values } = (await call('GET', path)).json.configuration
      return { name, description, values }
    }
    const asMade = { name: 'lean', description: 'for reports', values: { work_mem: '64MB', statement_timeout: '5' } }
    expect(await shown()).toEqual(asMade)
    expect((await change('PATCH', { name: 'fat' })).status).toBe(200)
    expect(await shown()).toEqual({ ...asMade, name: 'fat' })
    expect((await change('PUT', { description: '' })).status).toBe(202)
    expect(await shown()).toEqual({ ...asMade, name: 'fat', description: '' })
    expect((await change('PATCH', { name: 'slim', values: { work_mem: '8MB' } })).status).toBe(200)
    expect(await shown()).toEqual({
      name: 'slim',
      description: '',
      values: { work_mem: '8MB', statement_timeout: '5' },
    })
    expect((await change('PUT', { description: 'for one', values: { work_mem: '8MB' } })).status).toBe(202)
    expect(await shown()).toEqual({ name: 'slim', description: 'for one', values: { work_mem: '8MB' } })
    for (const nothing of [{}, { name: null }]) {
      expect(await change('PATCH', nothing)).toMatchObject({
        status: 400,
        json: { badRequest: { field: 'configuration' } },
      })
    }
    expect(await change('PATCH', { name: '' })).toMatchObject({ status: 400, json: { badRequest: { field: 'name' } } })
  })

  it('withdraws versions and names the default for administrators alone', async () => {
    const { clientOf } = system
    const [admin, member] = [await clientOf('ADMIN'), await clientOf()]
    const versions = '/mgmt/datastore-versions'
    const [older, newer] = ['postgresql-17.9', 'postgresql-17.10']
    const one = `${versions}/${older}`
    const { json } = await admin.call('GET', versions)
    expect(json.versions).toMatchObject([
      { id: newer, datastore_manager: 'postgresql', active: true, default: true },
      { id: older, active: true, default: false },
    ])
    for (const [method, path] of [
      ['GET', versions],
      ['GET', one],
      ['PATCH', one],
      ['DELETE', one],
    ] as const) {
      expect((await member.call(method, path, { body: { default: true } })).status).toBe(401)
    }
    expect((await admin.call('PATCH', one, { body: { default: true } })).status).toBe(202)
    expect((await admin.call('GET', one)).json.version).toMatchObject({ id: older, default: true })
    expect((await admin.call('PATCH', one, { body: { default: false } })).status).toBe(422)
    expect((await admin.call('PATCH', one, { body: { image: 'x' } })).status).toBe(501)
    expect((await admin.call('PATCH', `${versions}/${newer}`, { body: { default: 'True' } })).status).toBe(202)
    expect((await admin.call('DELETE', one)).status).toBe(202)
    expect((await admin.call('GET', one)).json.version).toMatchObject({ id: older, active: false })
    expect((await admin.call('PATCH', one, { body: { active: 'true' } })).status).toBe(422)
    expect((await member.call('GET', `/datastores/versions/${older}`)).status).toBe(404)
    expect((await admin.call('DELETE', `${versions}/postgresql-0`)).status).toBe(404)
  })

  it('enables, shows and disables root', async () => {
    const { clientOf } = system
    const client = await clientOf('ADMIN')
    const { call } = client
    const id = await makeShop(client)
    const root = `/instances/${id}/root`
    const history = async () => (await call('GET', `/mgmt${root}`)).json.root_history
    expect((await call('GET', root)).json).toEqual({ rootEnabled: false })
    expect(await history()).toEqual({ id, enabled: 'Never', user: 'Nobody' })
    const enabled = await call('POST', root)
    expect(enabled).toMatchObject({ status: 200, headers: { 'X-Coffer-Operation': expect.any(String) } })
    expect(enabled.json).toEqual({ user: { name: 'root', password: expect.stringMatching(/^\S{24}$/) } })
    expect((await call('GET', root)).json).toEqual({ rootEnabled: true })
    expect(await history()).toEqual({ id, enabled: expect.stringMatching(/^20/), user: expect.any(String) })
    const password = 'a long password of root'
    expect((await call('POST', root, { body: { password } })).json).toEqual({ user: { name: 'root', password } })
    expect((await call('POST', root, { body: { password: 'short' } })).status).toBe(400)
    expect(await call('DELETE', root)).toMatchObject({ status: 204, text: '' })
    expect((await call('GET', root)).json).toEqual({ rootEnabled: false })
  })

  it('takes and gives XML', async () => {
    const { clientOf } = system
    const { call } = await clientOf()
    const xml = { 'content-type': 'application/xml', accept: 'application/xml' }
    const made = await call('POST', '/instances', {
      headers: xml,
      body: '<instance xmlns="http://docs.openstack.org/database/api/v1.0" name="shop" flavorRef="http://db.test/flavors/small"><volume size="2"/><databases><database name="app"/></databases></instance>',
    })
    expect(made.status).toBe(200)
    expect(made.text).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<instance xmlns="[^"]+" id="[^"]+" name="shop" status="/,
    )
    expect(made.text).toContain('<volume size="2"/>')
    const missing = await call('GET', '/instances/none', { headers: xml })
    expect(missing).toMatchObject({ status: 404, headers: { 'Content-Type': 'application/xml' } })
    expect(missing.text).toContain('<itemNotFound xmlns="http://docs.openstack.org/database/api/v1.0" code="404">')
  })

  it('does a repeated request once', async () => {
    const { clientOf } = system
    const { call } = await clientOf()
    const headers = { 'idempotency-key': 'k1' }
    const [first, second] = [
      await call('POST', '/instances', { body: wish, headers }),
      await call('POST', '/instances', { body: wish, headers }),
    ]
    expect(second.json.instance.id).toBe(first.json.instance.id)
    expect((await call('GET', '/instances')).json.instances).toHaveLength(1)
    const other = { instance: { ...wish.instance, name: 'other' } }
    expect(await call('POST', '/instances', { body: other, headers })).toMatchObject({
      status: 409,
      json: { conflict: { error_code: 'IDEMPOTENCY_KEY_REUSED' } },
    })
  })

  it('cuts lists into pages, and tells clients in both languages where the next is', async () => {
    const { clientOf } = system
    const { call, project } = await clientOf()
    for (const name of ['a', 'b', 'c'])
      await call('POST', '/instances', { body: { instance: { ...wish.instance, name } } })
    const names: string[] = []
    let path: string | undefined = '/instances?limit=2'
    while (path) {
      const { json } = await call('GET', path)
      names.push(...json.instances.map((each: { name: string }) => each.name))
      expect(json.instances_links).toEqual(json.links)
      path = json.links?.[0].href.replace(`http://db.test:8080/v1.0/${project}`, '')
    }
    expect(names).toEqual(['a', 'b', 'c'])
  })

  it('says of what it lacks what to do instead', async () => {
    const { clientOf } = system
    const { call } = await clientOf()
    const { status, json } = await call('GET', '/modules')
    expect([status, json.notImplemented.message]).toEqual([501, 'Coffer does not have this yet: there are no modules'])
    const replica = { instance: { ...wish.instance, replica_of: 'x' } }
    expect(await call('POST', '/instances', { body: replica })).toMatchObject({ status: 501 })
  })

  describe('of a field that has no effect', () => {
    const instance = (facts: object) => ({ instance: { ...wish.instance, ...facts } })
    const backup = (facts: object) => ({ backup: { name: 'nightly', instance: 'shop', ...facts } })
    it.each([
      ['POST', '/instances', instance({ access: { is_public: true } }), 501, 'instance.access'],
      ['POST', '/instances', instance({ access: { allowed_cidrs: ['10.0.0.0/8'] } }), 501, 'instance.access'],
      ['POST', '/instances', instance({ availability_zone: 'nova' }), 501, 'instance.availability_zone'],
      ['POST', '/instances', instance({ region_name: 'elsewhere' }), 501, 'instance.region_name'],
      ['POST', '/instances', instance({ configuration: 'lean' }), 501, 'instance.configuration'],
      ['POST', '/instances', instance({ volume: { size: 1, type: 'ssd' } }), 501, 'instance.volume.type'],
      ['POST', '/instances', instance({ tags: ['a'] }), 400, 'instance.tags'],
      [
        'POST',
        '/instances',
        instance({ datastore: { type: 'postgresql', version: '17.9', version_number: '17.10' } }),
        400,
        'datastore.version_number',
      ],
      ['PUT', '/instances/shop', { instance: { name: 'store', replica_of: 'x' } }, 501, 'instance.replica_of'],
      ['PATCH', '/instances/shop', { instance: { name: 'store', description: 'x' } }, 400, 'instance.description'],
      ['POST', '/instances/shop/databases', { databases: [{ name: 'a', owner: 'b' }] }, 400, 'databases.0.owner'],
      [
        'PUT',
        '/instances/shop/users/a',
        { user: { password: 'x', databases: [{ name: 'a' }] } },
        400,
        'user.databases',
      ],
      ['POST', '/instances/shop/root', { password: 'x', host: '%' }, 400, 'host'],
      ['POST', '/backups', backup({ swift_container: 'nightly' }), 501, 'backup.swift_container'],
      ['POST', '/backups', backup({ storage_driver: 'swift' }), 501, 'backup.storage_driver'],
      ['POST', '/backups', backup({ description: 'of the night' }), 501, 'backup.description'],
      ['POST', '/backups', backup({ incremental: 1 }), 501, 'backup.incremental'],
      ['POST', '/backups', { backup: { name: 'a', restore_from: { size: 1 } } }, 501, 'backup.restore_from'],
      ['POST', '/backups', { backup: { name: 'a' } }, 400, 'backup.instance'],
      [
        'PUT',
        '/configurations/lean',
        { configuration: { name: 'a', datastore: { type: 'b' } } },
        400,
        'configuration.datastore',
      ],
      ['PUT', '/configurations/lean', { configuration: { name: 'a' }, values: { a: 1 } }, 400, 'values'],
    ] as const)('says that, and does nothing: %s %s %j', async (method, path, body, status, field) => {
      const { call } = await system.clientOf()
      const { status: answered, json } = await call(method, path, { body })
      const [fault] = Object.values(json) as { field: string; message: string }[]
      expect([answered, fault?.field]).toEqual([status, field])
      expect((await call('GET', '/instances')).json.instances).toEqual([])
    })

    it('says that of one that is nested as deep as a body can be', async () => {
      const { call } = await system.clientOf()
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
      const body = `{"instance":{"name":"shop","locality":${deep}}}`
      expect((await call('POST', '/instances', { body })).status).toBe(501)
    })

    it('says nothing of one that clients send empty, nor of the network that they name', async () => {
      const { call } = await system.clientOf()
      const empty = {
        nics: [{ 'net-id': 'private' }],
        modules: [],
        replica_of: null,
        access: { is_public: false },
        region_name: 'RegionOne',
      }
      const body = instance({ ...empty, volume: { size: 1, type: null } })
      expect((await call('POST', '/instances', { body })).status).toBe(200)
      const backups = backup({ incremental: 0, storage_driver: 'coffer', swift_container: '' })
      // The instance is being made.
      expect((await call('POST', '/backups', { body: backups })).status).toBe(422)
    })
  })

  it('says of a version that no host has started what a configuration group of it waits for', async () => {
    const { call } = await system.clientOf()
    const group = (version: string) => ({
      configuration: { name: 'lean', datastore: { type: 'postgresql', version }, values: { work_mem: '64MB' } },
    })
    const made = await call('POST', '/configurations', { body: group('17.10') })
    expect(made).toMatchObject({ status: 422, json: { unprocessableEntity: { error_code: 'UNKNOWN_VERSION' } } })
    expect(made.json.unprocessableEntity.message).toContain('no host has started postgresql 17.10 yet')
    expect((await call('POST', '/configurations', { body: group('9.6') })).status).toBe(404)
    const one = '/datastores/versions/postgresql-17.10/parameters/work_mem'
    expect(await call('GET', one)).toMatchObject({
      status: 422,
      json: { unprocessableEntity: { message: made.json.unprocessableEntity.message } },
    })
  })

  it('does not delete an instance that is protected, and says so', async () => {
    const { clientOf, ask } = system
    const client = await clientOf()
    const { call } = client
    const id = await makeShop(client)
    const protect = async (deletionProtected: boolean) => {
      const document = 'mutation ($input: UpdateInstanceInput!) { updateInstance(input: $input) { __typename } }'
      const { data } = await ask(document, { variables: { input: { id, deletionProtected } } })
      expect(data.updateInstance.__typename).toBe('UpdateInstanceAccepted')
    }
    await protect(true)
    const refused = await call('DELETE', '/instances/shop')
    expect(refused).toMatchObject({
      status: 422,
      json: { unprocessableEntity: { code: 422, error_code: 'DELETION_PROTECTED' } },
    })
    expect((await call('GET', `/instances/${id}`)).json.instance.status).toBe('ACTIVE')
    await protect(false)
    expect((await call('DELETE', '/instances/shop')).status).toBe(202)
  })

  it.each([
    ['a limit that is none', 'GET', '/instances?limit=0', undefined, 400, 'badRequest'],
    ['an action that is none', 'POST', '/instances/shop/action', { fly: {} }, 400, 'badRequest'],
    ['no action', 'POST', '/instances/shop/action', {}, 400, 'badRequest'],
    ['no body', 'POST', '/instances', undefined, 400, 'badRequest'],
    ['a body that is no JSON', 'POST', '/instances', '{"a', 400, 'badRequest'],
    ['a name that is none', 'POST', '/instances', { instance: { name: 5 } }, 400, 'badRequest'],
    [
      'a flavor that is none',
      'POST',
      '/instances',
      { instance: { name: 'a', flavorRef: 'none' } },
      404,
      'itemNotFound',
    ],
    [
      'a volume that is too large',
      'POST',
      '/instances',
      { instance: { name: 'a', volume: { size: 5000 } } },
      400,
      'badRequest',
    ],
    ['a page of nothing', 'GET', '/nothing', undefined, 404, 'itemNotFound'],
    ['a path that is no UTF-8', 'GET', '/instances/%ff', undefined, 400, 'badRequest'],
    ['what is for administrators', 'GET', '/mgmt/instances', undefined, 401, 'unauthorized'],
    ['another project', 'GET', '/mgmt/quotas/other', undefined, 401, 'unauthorized'],
  ])('answers %s as what it is', async (_what, method, path, body, status, name) => {
    const { clientOf } = system
    const { call } = await clientOf()
    const answered = await call(method, path, { body })
    expect([answered.status, Object.keys(answered.json)]).toEqual([status, [name]])
    expect(answered.headers['X-Openstack-Request-Id']).toBe(answered.json[name].request_id)
  })

  it('refuses a body of a type that it does not read, and says which it does', async () => {
    const { clientOf } = system
    const { call } = await clientOf()
    const answered = await call('POST', '/instances', { body: 'a=b', headers: { 'content-type': 'text/plain' } })
    expect(answered).toMatchObject({ status: 415, json: { badMediaType: { code: 415 } } })
  })
})

describe('tenancy', () => {
  it('answers what is of another project as what never was', async () => {
    const { clientOf } = system
    const [shop, other] = [await clientOf(), await clientOf()]
    const id = await makeShop(shop)
    const never = '01a229b3-115c-70d7-84d1-f07f8c5f8adb'
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['PUT', '', { instance: { name: 'mine' } }],
      ['POST', '/action', { restart: {} }],
      ['GET', '/databases', undefined],
      ['POST', '/databases', { databases: [{ name: 'mine' }] }],
    ] as const) {
      const [theirs, nobodys] = await Promise.all(
        [id, never].map(async (each) => {
          const { text, status } = await other.call(method, `/instances/${each}${path}`, {
            body,
            headers: { 'x-openstack-request-id': 'r1' },
          })
          return { status, text: text.replaceAll(each, 'ID') }
        }),
      )
      expect(theirs).toEqual(nobodys)
      expect(theirs?.status).toBe(404)
    }
    expect((await other.call('GET', '/instances/shop')).status).toBe(404)
    expect((await other.call('GET', '/instances', { project: shop.project })).status).toBe(403)
    expect((await shop.call('GET', `/instances/${id}`)).json.instance).toMatchObject({ name: 'shop', status: 'ACTIVE' })
  })

  it('lets readers read', async () => {
    const { clientOf } = system
    const { call } = await clientOf('READER')
    expect((await call('GET', '/instances')).status).toBe(200)
    expect(await call('POST', '/instances', { body: wish })).toMatchObject({
      status: 403,
      json: { forbidden: { code: 403 } },
    })
  })

  it('lets nobody in without a token, but tells which versions there are', async () => {
    const { send } = system
    expect((await send('GET', '/v1.0/shop/instances', {})).status).toBe(401)
    expect((await send('GET', '/v1.0/shop/instances', { 'x-auth-token': 'guess' })).status).toBe(401)
    expect((await send('GET', '/', {})).json.versions).toMatchObject([{ id: 'v1.0', status: 'CURRENT' }])
    expect((await send('GET', '/v1.0/', {})).json.version).toMatchObject({ id: 'v1.0' })
    expect((await send('GET', '/v1.0/openapi.json', {})).json).toMatchObject({ openapi: '3.1.0' })
  })
})

describe('a login', () => {
  const login = (identity: object, scope?: object) => JSON.stringify({ auth: { identity, ...(scope && { scope }) } })
  const json = { 'content-type': 'application/json', host: 'db.test:8080' }

  it.each(['password', 'token', 'application_credential', 'half of an application credential'])(
    'by %s gives the token and the address of the API',
    async (way) => {
      const { send, clientOf } = system
      const { id, secret, project } = await clientOf()
      const identity = {
        password: { methods: ['password'], password: { user: { name: 'me', domain: {}, password: secret } } },
        token: { methods: ['token'], token: { id: secret } },
        application_credential: {
          methods: ['application_credential'],
          application_credential: { id, secret },
        },
        'half of an application credential': {
          methods: ['application_credential'],
          application_credential: { id, secret: secret.slice(`coffer_${id}_`.length) },
        },
      }[way]
      const { status, headers, json: body } = await send('POST', '/v3/auth/tokens', json, login(identity ?? {}))
      expect([status, headers['X-Subject-Token']]).toEqual([201, secret])
      const [database] = body.token.catalog
      expect(database).toMatchObject({
        type: 'database',
        endpoints: [{ url: `http://db.test:8080/v1.0/${project}` }, {}, {}],
      })
      expect(JSON.stringify(body)).not.toContain(secret)
    },
  )

  it('with what is no token, or for another project, is refused alike', async () => {
    const { send, clientOf } = system
    const { secret } = await clientOf()
    const by = (password: string) => ({ methods: ['password'], password: { user: { password } } })
    expect((await send('POST', '/v3/auth/tokens', json, login(by('guess')))).status).toBe(401)
    const elsewhere = { project: { name: 'other' } }
    expect((await send('POST', '/v3/auth/tokens', json, login(by(secret), elsewhere))).status).toBe(401)
  })
})

it('answers whatever is sent, and never with a fault of its own', async () => {
  const { clientOf } = system
  const { call } = await clientOf('ADMIN')
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), fc.constant(null), fc.integer())
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.jsonValue(),
    fc.record({
      instance: fc.record(
        { name: value, flavorRef: value, volume: value, databases: value, users: value },
        { requiredKeys: [] },
      ),
    }),
    fc.dictionary(fc.constantFrom('restart', 'resize', 'stop', 'quotas', 'databases', 'auth', 'instance'), value),
  )
  const params = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }).map((text) => encodeURIComponent(text.toWellFormed())),
    fc.uuid(),
  )
  const path = fc
    .tuple(
      fc.constantFrom(...routes.filter(({ access }) => access !== 'open')),
      fc.array(params, { minLength: 4, maxLength: 4 }),
    )
    .map(([route, values]) => {
      let at = 0
      return [route.method, route.path.replace(/\{\w+\}/g, () => values[at++] ?? '')] as const
    })
  const type = fc.constantFrom('application/json', 'application/xml', 'text/plain', '')
  await fc.assert(
    fc.asyncProperty(path, body, type, fc.webQueryParameters(), async ([method, at], given, contentType, query) => {
      const { status } = await call(method, `${at}?${query}`, { body: given, headers: { 'content-type': contentType } })
      expect(status).toBeLessThan(500)
    }),
    { numRuns: 1000 },
  )
})
