import { afterEach, describe, expect, it, vi } from 'vitest'
import { startApiOnPlane } from '../../support/api-on-plane.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('graphql')
const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const start = () => startApiOnPlane(dir.next(), cleanups)

const create = `mutation ($input: CreateInstanceInput!) { createInstance(input: $input) {
  __typename
  ... on CreateInstanceAccepted {
    replayed upToDate instance { id status operation { id status } } operation { id } credentials { user password }
  }
  ... on Refusal { code message field }
} }`
const wish = { name: 'orders', datastore: 'postgresql', databases: [{ name: 'app' }], users: [{ name: 'app' }] }

describe('the API over the real write side', () => {
  it('makes an instance, shows it at once and follows it until it is ready', async () => {
    const { ask, follow, issueToken } = await start()
    const { secret: token } = await issueToken('shop', 'MEMBER')
    const { data } = await ask(create, { token, variables: { input: wish } })
    const made = data.createInstance
    expect(made).toMatchObject({ replayed: false, upToDate: true, credentials: [{ user: 'app' }] })
    // What was scripted may be quick: it is on its way, or there already.
    expect(['PROVISIONING', 'ACTIVE']).toContain(made.instance.status)

    const states: string[] = []
    const variables = { id: made.operation.id }
    for await (const result of follow('subscription ($id: ID!) { operation(id: $id) { status } }', {
      token,
      variables,
    })) {
      states.push(result.data.operation.status)
    }
    expect(states.at(-1)).toBe('SUCCEEDED')
    const query = 'query ($id: ID!) { instance(id: $id) { status connectionUri projectId } }'
    const ready = await ask(query, { token, variables: { id: made.instance.id } })
    expect(ready.data.instance).toEqual({
      status: 'ACTIVE',
      connectionUri: 'postgresql://app@127.0.0.1:15432/app?sslmode=verify-full',
      projectId: 'shop',
    })
    const log = await ask(
      'query ($id: ID!) { events(filter: { instanceId: $id, types: ["InstanceRequested", "InstanceProvisioned"] }) { nodes { type } } }',
      { token, variables: { id: made.instance.id } },
    )
    expect(log.data.events.nodes).toEqual([{ type: 'InstanceRequested' }, { type: 'InstanceProvisioned' }])
    const why = await ask(
      `query ($id: ID!) { instance(id: $id) {
        healthEvent { type }
        statusEvent { type cause { type } causes { type eventId } } } }`,
      { token, variables: { id: made.instance.id } },
    )
    const { statusEvent, healthEvent } = why.data.instance
    const [nearest, ...others] = statusEvent.causes
    expect([statusEvent.type, healthEvent.type]).toEqual(['InstanceProvisioned', 'InstanceHealthChanged'])
    expect([statusEvent.cause.type, nearest.type]).toEqual(['OperationOutcomeReached', 'OperationOutcomeReached'])
    expect(others.at(-1).type).toBe('InstanceRequested')
    const requested = await ask(
      `query ($id: ID!) { events(filter: { instanceId: $id, types: ["InstanceRequested"] }, first: 1) {
        nodes { causes { type } effects { type cause { eventId } } } } }`,
      { token, variables: { id: made.instance.id } },
    )
    const [{ causes, effects }] = requested.data.events.nodes
    expect(causes).toEqual([])
    expect(effects.map(({ type }: { type: string }) => type)).toEqual(
      expect.arrayContaining(['OperationStarted', 'GuestCommandIssued', 'InstanceProvisioned', 'OperationSucceeded']),
    )
    expect(effects.every(({ cause }: { cause: unknown }) => cause !== null)).toBe(true)
    expect(JSON.stringify((await ask('{ events(first: 500) { nodes { data } } }')).data)).not.toContain(
      made.credentials[0].password,
    )
  })

  it('refuses an input with everything that is wrong with it', async () => {
    const { ask } = await start()
    const input = {
      ...wish,
      name: '',
      version: '1',
      flavor: 'huge',
      volumeGiB: -1,
      users: [{ name: '', password: 'x' }],
    }
    const { data } = await ask(
      'mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { ... on Refusal { field faults { code message field } } } }',
      { variables: { input } },
    )
    const { field, faults } = data.createInstance
    expect(field).toBe('name')
    expect(faults.map((fault: { field: string }) => fault.field)).toEqual([
      'name',
      'version',
      'flavor',
      'volumeGiB',
      'users[0].name',
      'users[0].password',
    ])
  })

  it('says what is short when there is no room, and not how much of it others have', async () => {
    const { ask } = await start()
    await ask('mutation { defineFlavor(input: { id: "huge", vcpus: 1, memoryMiB: 900000 }) { __typename } }')
    await ask(
      'mutation { setQuota(input: { projectId: "default", instances: 9, vcpus: 99, memoryMiB: 9000000, volumeGiB: 99 }) { __typename } }',
    )
    const { data } = await ask(
      'mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { ... on Refusal { code message details } } }',
      { variables: { input: { ...wish, flavor: 'huge' } } },
    )
    expect(data.createInstance).toMatchObject({
      code: 'NO_CAPACITY',
      message: 'no host has room for 900000 MiB of memory more: choose a smaller flavor or volume, or add a host',
      details: { reason: 'NO_ROOM', short: 'memoryMiB' },
    })
  })

  it('makes a database for a user for whom none is named', async () => {
    const { ask, issueToken } = await start()
    const { secret: token } = await issueToken('shop', 'MEMBER')
    const { data } = await ask(
      `mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { ... on CreateInstanceAccepted {
        credentials { user databases } instance { databases users { name databases } } } } }`,
      { token, variables: { input: { name: 'orders', datastore: 'postgresql', users: [{ name: 'ann' }] } } },
    )
    expect(data.createInstance).toEqual({
      credentials: [{ user: 'ann', databases: ['ann'] }],
      instance: { databases: ['ann'], users: [{ name: 'ann', databases: ['ann'] }] },
    })
  })

  it('gives the same answer under the same key, and refuses another input under it', async () => {
    const { ask, issueToken } = await start()
    const { secret: token } = await issueToken('shop', 'MEMBER')
    const input = { ...wish, idempotencyKey: 'key-1' }
    const first = (await ask(create, { token, variables: { input } })).data.createInstance
    const again = (await ask(create, { token, variables: { input } })).data.createInstance
    expect(again.replayed).toBe(true)
    expect(again.instance.id).toBe(first.instance.id)
    expect(again.credentials).toEqual(first.credentials)
    const other = await ask(create, { token, variables: { input: { ...input, name: 'other' } } })
    expect(other.data.createInstance).toMatchObject({ __typename: 'Refusal', code: 'IDEMPOTENCY_KEY_REUSED' })
  })

  it('refuses commands to what belongs to another project exactly like those to what is not there', async () => {
    const { ask, issueToken, plane } = await start()
    const { secret: shop } = await issueToken('shop', 'MEMBER')
    const { secret: bank } = await issueToken('bank', 'MEMBER')
    const theirs = await issueToken('shop', 'READER')
    const { instance, operation } = (await ask(create, { token: shop, variables: { input: wish } })).data.createInstance
    const mutations = {
      renameInstance: ['RenameInstanceInput', { id: instance.id, name: 'mine-now' }],
      restartInstance: ['RestartInstanceInput', { id: instance.id }],
      stopInstance: ['StopInstanceInput', { id: instance.id }],
      startInstance: ['StartInstanceInput', { id: instance.id }],
      deleteInstance: ['DeleteInstanceInput', { id: instance.id, expectedVersion: 0 }],
      cancelOperation: ['CancelOperationInput', { id: operation.id }],
      revokeToken: ['RevokeTokenInput', { id: theirs.id }],
    } as const
    for (const [field, [type, input]] of Object.entries(mutations)) {
      const query = `mutation ($input: ${type}!) { result: ${field}(input: $input) { __typename ... on Refusal { code message field details } } }`
      const send = async (id: string) => {
        const { data } = await ask(query, { token: bank, variables: { input: { ...input, id } } })
        return JSON.stringify(data).replaceAll(id, '<id>')
      }
      const foreign = await send(input.id)
      expect(foreign, field).toContain('"code":"NOT_FOUND"')
      expect(foreign, field).toBe(await send(plane.ids.next()))
    }
    for (const [field, type, input] of [
      ['setQuota', 'SetQuotaInput', { projectId: 'bank', instances: 99, vcpus: 1, memoryMiB: 1, volumeGiB: 1 }],
      ['defineFlavor', 'DefineFlavorInput', { id: 'big', vcpus: 1, memoryMiB: 1 }],
      ['retireFlavor', 'RetireFlavorInput', { id: 'small' }],
      ['setDefaultDatastoreVersion', 'SetDefaultDatastoreVersionInput', { datastore: 'postgresql', version: '17.9' }],
      ['withdrawDatastoreVersion', 'WithdrawDatastoreVersionInput', { datastore: 'postgresql', version: '17.9' }],
      ['issueToken', 'IssueTokenInput', { name: 'x', role: 'ADMIN' }],
    ] as const) {
      const query = `mutation ($input: ${type}!) { result: ${field}(input: $input) { ... on Refusal { code } } }`
      const { data } = await ask(query, { token: bank, variables: { input } })
      expect(data.result, field).toEqual({ code: 'FORBIDDEN' })
    }
  })

  it('opens with a token it issued until that is revoked', async () => {
    const { ask, issueToken } = await start()
    const { id, secret } = await issueToken('shop', 'READER')
    const whoami = '{ viewer { projectId roles } }'
    expect((await ask(whoami, { token: secret })).data.viewer).toEqual({ projectId: 'shop', roles: ['READER'] })
    const revoked = await ask(
      'mutation ($id: ID!) { revokeToken(input: { id: $id }) { ... on RevokeTokenAccepted { token { revoked } } } }',
      { variables: { id } },
    )
    expect(revoked.data.revokeToken).toEqual({ token: { revoked: true } })
    expect((await ask(whoami, { token: secret })).status).toBe(401)
  })

  it('makes a token for a time, and refuses one for what is no time', async () => {
    const { ask } = await start()
    const issue = async (expiresAt: string) => {
      const { data } = await ask(
        `mutation ($input: IssueTokenInput!) { issueToken(input: $input) {
          ... on IssueTokenAccepted { token { expiresAt } } ... on Refusal { code field message } } }`,
        { variables: { input: { name: 'ci', role: 'READER', expiresAt } } },
      )
      return data.issueToken
    }
    expect(await issue('2100-01-01T01:00:00+01:00')).toEqual({ token: { expiresAt: '2100-01-01T00:00:00.000Z' } })
    for (const text of ['tomorrow', '2100-01-01', '\ud800'])
      expect(await issue(text)).toMatchObject({
        code: 'INVALID_INPUT',
        field: 'expiresAt',
        message: expect.stringContaining('2030-01-31T00:00:00Z'),
      })
  })

  it('refuses a command to an instance that has changed since it was seen', async () => {
    const { ask, issueToken } = await start()
    const { secret: token } = await issueToken('shop', 'MEMBER')
    const { instance } = (await ask(create, { token, variables: { input: wish } })).data.createInstance
    const rename = (name: string, expectedVersion: number) =>
      ask(
        `mutation ($input: RenameInstanceInput!) { renameInstance(input: $input) {
          ... on RenameInstanceAccepted { instance { name stateVersion } } ... on Refusal { code } } }`,
        { token, variables: { input: { id: instance.id, name, expectedVersion } } },
      )
    expect((await rename('late', 1000)).data.renameInstance).toEqual({ code: 'VERSION_CONFLICT' })
    const ready = async () => {
      const { data } = await ask('query ($id: ID!) { instance(id: $id) { status stateVersion } }', {
        token,
        variables: { id: instance.id },
      })
      expect(data.instance.status).toBe('ACTIVE')
      return data.instance.stateVersion
    }
    const version = await vi.waitFor(ready, { timeout: 50_000 })
    const renamed = (await rename('new-name', version)).data.renameInstance
    expect(renamed).toEqual({ instance: { name: 'new-name', stateVersion: version + 1 } })
  })
})

describe('tokens that are made with a token', () => {
  const issue = `mutation ($input: IssueTokenInput!) { issueToken(input: $input) {
    ... on IssueTokenAccepted { tokenId secret token { expiresAt } } ... on Refusal { code message field details } } }`
  const revoke = `mutation ($id: ID!) { revokeToken(input: { id: $id }) {
    ... on RevokeTokenAccepted { token { revoked } } ... on Refusal { code message field } } }`
  const whoami = '{ viewer { projectId } }'

  it('end with it: none of them opens anything once it was revoked', async () => {
    const { ask, issueToken } = await start()
    const parent = await issueToken('shop', 'MEMBER')
    const made = async (token: string) => {
      const { data } = await ask(issue, { token, variables: { input: { name: 'child', role: 'MEMBER' } } })
      return data.issueToken
    }
    const child = await made(parent.secret)
    const grandchild = await made(child.secret)
    expect((await ask(whoami, { token: grandchild.secret })).status).toBe(200)
    await ask(revoke, { variables: { id: parent.id } })
    for (const { secret } of [parent, child, grandchild])
      expect((await ask(whoami, { token: secret })).status).toBe(401)
    const { data } = await ask('{ tokens(projectId: "shop") { nodes { name revoked } } }')
    expect(data.tokens.nodes).toEqual([
      { name: 'test', revoked: true },
      { name: 'child', revoked: true },
      { name: 'child', revoked: true },
    ])
  })

  it('expire with it, whether or not a time is asked for', async () => {
    const { ask } = await start()
    const expiresAt = '2100-01-01T00:00:00.000Z'
    const first = await ask(issue, { variables: { input: { name: 'p', role: 'MEMBER', expiresAt } } })
    const token = first.data.issueToken.secret
    const child = await ask(issue, { token, variables: { input: { name: 'c', role: 'MEMBER' } } })
    expect(child.data.issueToken.token).toEqual({ expiresAt })
    const late = { name: 'c', role: 'MEMBER', expiresAt: '2100-01-01T00:00:01Z' }
    const refused = await ask(issue, { token, variables: { input: late } })
    expect(refused.data.issueToken).toMatchObject({ code: 'INVALID_INPUT', field: 'expiresAt' })
  })

  it('can be revoked by a member, but for those of an admin', async () => {
    const { ask, issueToken } = await start()
    const member = await issueToken('shop', 'MEMBER')
    const admins = await issueToken('shop', 'ADMIN')
    const readers = await issueToken('shop', 'READER')
    const refused = await ask(revoke, { token: member.secret, variables: { id: admins.id } })
    expect(refused.data.revokeToken).toMatchObject({ code: 'FORBIDDEN', field: 'id' })
    expect((await ask(whoami, { token: admins.secret })).status).toBe(200)
    const done = await ask(revoke, { token: member.secret, variables: { id: readers.id } })
    expect(done.data.revokeToken).toEqual({ token: { revoked: true } })
  })

  it('are no more than the limit at one time, however many are asked for at once', async () => {
    const { ask, issueToken, plane } = await start()
    const { secret: token, id } = await issueToken('shop', 'MEMBER')
    const { maxTokens } = plane.settings
    const results = await Promise.all(
      Array.from({ length: maxTokens + 20 }, async () => {
        const { data } = await ask(issue, { token, variables: { input: { name: 'many', role: 'READER' } } })
        return data.issueToken
      }),
    )
    expect(results.filter(({ secret }) => secret !== undefined)).toHaveLength(maxTokens - 1)
    const refused = results.find(({ code }) => code !== undefined)
    expect(refused).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { resource: 'tokens', limit: maxTokens, used: maxTokens, asked: 1 },
    })
    // With it all that were made with it have ended.
    await ask(revoke, { variables: { id } })
    await issueToken('shop', 'MEMBER')
  })
})

describe('the name of an instance', () => {
  const named = (name: string) => ({ name, datastore: 'postgresql' })
  const rename = `mutation ($input: RenameInstanceInput!) { result: renameInstance(input: $input) {
    ... on RenameInstanceAccepted { instance { name } } ... on Refusal { code field details } } }`

  it('is given to one of many that ask for it at once; the others are refused with its id', async () => {
    const { ask, issueToken } = await start()
    const { secret: token } = await issueToken('shop', 'MEMBER')
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => (await ask(create, { token, variables: { input: named('one') } })).data),
    )
    const results = answers.map(({ createInstance }) => createInstance)
    const made = results.filter(({ instance }) => instance)
    expect(made).toHaveLength(1)
    for (const refused of results.filter(({ instance }) => !instance))
      expect(refused).toMatchObject({ code: 'ALREADY_EXISTS', field: 'name' })
    expect(results.find(({ code }) => code)?.message).toContain(made[0].instance.id)
  })

  it('is refused to one that is renamed while another has it, and free when that is renamed or deleted', async () => {
    const { ask, issueToken } = await start()
    const { secret: token } = await issueToken('shop', 'MEMBER')
    const { secret: bank } = await issueToken('bank', 'MEMBER')
    const make = async (name: string, by = token) =>
      (await ask(create, { token: by, variables: { input: named(name) } })).data.createInstance.instance.id
    const [one, other] = [await make('one'), await make('other')]
    await make('one', bank)
    const renameTo = async (id: string, name: string) =>
      (await ask(rename, { token, variables: { input: { id, name } } })).data.result
    expect(await renameTo(other, 'one')).toEqual({
      code: 'ALREADY_EXISTS',
      field: 'name',
      details: { instanceId: one },
    })
    expect(await renameTo(one, 'first')).toEqual({ instance: { name: 'first' } })
    expect(await renameTo(other, 'one')).toEqual({ instance: { name: 'one' } })
    expect(await renameTo(other, 'other')).toEqual({ instance: { name: 'other' } })
    await make('one')
  })
})
