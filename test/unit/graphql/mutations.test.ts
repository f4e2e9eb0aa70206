import { describe, expect, it } from 'vitest'
import { NotOfferedYet } from '../../../commands/api.ts'
import { EventStoreUnavailable } from '../../../commands/ports/event-store.ts'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { parseInstanceId, parseOperationId } from '../../../domain/ids.ts'
import { parseTokenId } from '../../../domain/token/id.ts'
import { viewNames } from '../../../projections/registry.ts'
import { accepted, createApiUnderTest, shop } from './api-under-test.ts'

const create = `mutation ($input: CreateInstanceInput!) { createInstance(input: $input) {
  __typename
  ... on CreateInstanceAccepted {
    replayed upToDate instanceId operationId instance { name } operation { status } credentials { user password databases }
  }
  ... on Refusal { code message field details }
} }`
const stop = `mutation ($input: StopInstanceInput!) { stopInstance(input: $input) {
  __typename
  ... on InstanceOperationAccepted { replayed upToDate instanceId operationId instance { name status } operation { status } }
  ... on Refusal { code message field details }
} }`

const instanceId = parseInstanceId('01a203e8-d15c-7003-b72b-009708214fd6')
const operationId = parseOperationId('01a203e8-d15c-7003-b72b-009708214fd7')
const tokenId = parseTokenId('01a203e8-d15c-7003-b72b-009708214fd8')
const credentials = [{ user: 'app', password: 'shown-once', databases: ['app'] }]

/** Everything was read up to here. */
const catchUp = async ({ store }: Pick<ReturnType<typeof createApiUnderTest>, 'store'>, position: number) => {
  for (const view of viewNames) {
    await store.apply({ view, expected: await store.checkpoint(view), checkpoint: position, mark: noMark, writes: [] })
  }
}

describe('a command', () => {
  it('is passed on as it was given, with who asks, key, version and trace', async () => {
    const { ask, putToken, scripted } = createApiUnderTest()
    const { token, document } = await putToken(shop, 'member')
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    scripted.answer(() => accepted({ position: -1 }))
    await ask(create, {
      token,
      headers: { traceparent },
      variables: {
        input: {
          name: 'orders',
          datastore: 'postgresql',
          version: null,
          volumeGiB: -3,
          databases: [{ name: 'app', collation: null }],
          users: [{ name: 'app', password: 's3cret', databases: null }],
          idempotencyKey: 'key-1',
        },
      },
    })
    await ask(stop, { token, variables: { input: { id: instanceId, expectedVersion: 0 } } })
    const { id: tokenId } = document
    const actor = { kind: 'user', subject: `token:${tokenId}`, projectId: 'shop', roles: ['member'], tokenId }
    const origin = { id: expect.any(String) }
    expect(scripted.requests).toEqual([
      {
        command: {
          type: 'CreateInstance',
          name: 'orders',
          datastore: 'postgresql',
          volumeGiB: -3,
          databases: [{ name: 'app' }],
          users: [{ name: 'app', password: 's3cret' }],
        },
        actor,
        idempotencyKey: 'key-1',
        traceparent,
        signal: expect.any(AbortSignal),
        origin,
      },
      {
        command: { type: 'StopInstance', id: instanceId },
        actor,
        expectedVersion: 0,
        signal: expect.any(AbortSignal),
        origin,
      },
    ])
  })

  it('that was refused is answered with what the write side says', async () => {
    const { ask, scripted } = createApiUnderTest()
    const details = { limit: 5, used: 5 }
    scripted.answer(() => ({
      accepted: false,
      rejection: { code: 'QUOTA_EXCEEDED', message: 'full', field: 'flavor', details },
    }))
    const { data, errors, status } = await ask(create, { variables: { input: { name: 'a', datastore: 'postgresql' } } })
    expect(status).toBe(200)
    expect(errors).toEqual([])
    expect(data.createInstance).toEqual({
      __typename: 'Refusal',
      code: 'QUOTA_EXCEEDED',
      message: 'full',
      field: 'flavor',
      details,
    })
  })

  it('about an id that cannot be one is refused without asking', async () => {
    const { ask, scripted } = createApiUnderTest()
    const { data } = await ask(stop, { variables: { input: { id: 'x' } } })
    expect(data.stopInstance).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'id',
      message: '"x" is not a valid instance id: expected a UUID',
    })
    expect(scripted.requests).toEqual([])
  })

  it('is answered once the views show it', async () => {
    const api = createApiUnderTest()
    await api.putInstance(shop, { id: instanceId, name: 'orders', status: 'ACTIVE' })
    api.scripted.answer(async () => {
      // Written down, and not yet to be seen.
      setImmediate(async () => {
        const instance = await api.putInstance(shop, { id: instanceId, name: 'orders', status: 'STOPPING' })
        await api.putOperation(instance, { id: operationId, status: 'PENDING' })
        await catchUp(api, 1000)
      })
      return accepted({ position: 1000, instanceId, operationId })
    })
    const { data } = await api.ask(stop, { variables: { input: { id: instanceId } } })
    expect(data.stopInstance).toEqual({
      __typename: 'InstanceOperationAccepted',
      replayed: false,
      upToDate: true,
      instanceId,
      operationId,
      instance: { name: 'orders', status: 'STOPPING' },
      operation: { status: 'PENDING' },
    })
  })

  it('is answered with what is known when the views do not catch up in time, and no password is lost', async () => {
    const { ask, scripted } = createApiUnderTest({ config: { readYourWritesTimeoutMs: 20 } })
    scripted.answer(() => accepted({ position: 1000, instanceId, operationId, credentials }))
    const { data, errors } = await ask(create, { variables: { input: { name: 'a', datastore: 'postgresql' } } })
    expect(errors).toEqual([])
    expect(data.createInstance).toEqual({
      __typename: 'CreateInstanceAccepted',
      replayed: false,
      upToDate: false,
      instanceId,
      operationId,
      instance: null,
      operation: null,
      credentials,
    })
  })

  it('is answered even when the views go away meanwhile', async () => {
    const { ask, scripted, store } = createApiUnderTest()
    scripted.answer(async () => {
      await store.close()
      return accepted({ position: 1000, instanceId, operationId, credentials })
    })
    const { data, errors } = await ask(create, { variables: { input: { name: 'a', datastore: 'postgresql' } } })
    expect(errors).toEqual([])
    expect(data.createInstance).toMatchObject({ upToDate: false, instanceId, credentials, instance: null })
  })

  it.each([
    ['the views cannot be waited for', { waitForWritten: () => Promise.reject(new TypeError('a bug')) }],
    ['what it wrote cannot be read', { instancesById: () => Promise.reject(new TypeError('a foreign value')) }],
  ])('is answered even when %s, by a bug of ours or a foreign value', async (_what, views) => {
    const { ask, scripted, lines } = createApiUnderTest({ views })
    scripted.answer(() => accepted({ instanceId, operationId, credentials }))
    const { status, data, errors } = await ask(create, { variables: { input: { name: 'a', datastore: 'postgresql' } } })
    expect({ status, errors }).toEqual({ status: 200, errors: [] })
    expect(data.createInstance).toMatchObject({ upToDate: false, instanceId, credentials, instance: null })
    expect(lines.some(({ message }) => message.includes('cannot be read'))).toBe(true)
  })

  it('with nothing to do has no operation', async () => {
    const api = createApiUnderTest()
    await api.putInstance(shop, { id: instanceId, status: 'STOPPED' })
    api.scripted.answer(() => accepted({ position: -1, instanceId }))
    const { data } = await api.ask(stop, { variables: { input: { id: instanceId } } })
    expect(data.stopInstance).toMatchObject({ operationId: null, operation: null, instance: { status: 'STOPPED' } })
  })

  it('that was done before under the same key says so', async () => {
    const { ask, scripted } = createApiUnderTest()
    scripted.answer(() => accepted({ position: -1, instanceId, operationId, replayed: true, credentials }))
    const input = { name: 'a', datastore: 'postgresql', idempotencyKey: 'k' }
    const { data } = await ask(create, { variables: { input } })
    expect(data.createInstance).toMatchObject({ replayed: true, credentials })
  })

  it('that cannot be written down may be repeated', async () => {
    const { ask, scripted } = createApiUnderTest()
    scripted.answer(() => {
      throw new EventStoreUnavailable('the disk at /secret/place is full')
    })
    const reply = await ask(stop, { variables: { input: { id: instanceId } } })
    expect(reply.status).toBe(503)
    expect(reply.errors[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(JSON.stringify(reply.errors)).not.toContain('/secret/place')
  })

  it('that needs what is not on offer yet may be repeated, and says what it waits for', async () => {
    const { ask, scripted } = createApiUnderTest()
    scripted.answer(() => {
      throw new NotOfferedYet('postgresql 17.10 of host one is not on offer yet')
    })
    const reply = await ask(create, { variables: { input: { name: 'a', datastore: 'postgresql' } } })
    expect(reply.errors[0]).toMatchObject({
      message: 'postgresql 17.10 of host one is not on offer yet',
      extensions: { code: 'UNAVAILABLE', retryable: true },
    })
  })

  it('that is not answered in time is said to be undecided', async () => {
    const { ask, scripted } = createApiUnderTest({ config: { commandTimeoutMs: 20 } })
    scripted.answer(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    const reply = await ask(stop, { variables: { input: { id: instanceId } } })
    expect(reply.status).toBe(503)
    expect(reply.errors[0]?.message).toContain('repeat it with the same idempotencyKey')
  })

  it('goes on when the caller leaves', async () => {
    const { api, scripted } = createApiUnderTest()
    const gone = new AbortController()
    let seen: AbortSignal | undefined
    const asked = new Promise<void>((resolve) => {
      scripted.answer(async ({ signal }) => {
        seen = signal
        resolve()
        return accepted({ position: -1 })
      })
    })
    const response = api
      .fetch(
        new Request('http://coffer.test/graphql', {
          method: 'POST',
          signal: gone.signal,
          headers: { 'content-type': 'application/json', authorization: 'Bearer the-operators-own-token' },
          body: JSON.stringify({ query: stop, variables: { input: { id: instanceId } } }),
        }),
      )
      .catch(() => null)
    await asked
    gone.abort()
    await response
    expect(seen?.aborted).toBe(false)
  })

  it('for another project is refused to members and passed on for admins', async () => {
    const { ask, putToken, scripted } = createApiUnderTest()
    scripted.answer(() => accepted({ position: -1 }))
    const { token } = await putToken(shop, 'member')
    const input = { name: 'a', datastore: 'postgresql', projectId: 'bank' }
    expect((await ask(create, { token, variables: { input } })).data.createInstance).toMatchObject({
      code: 'FORBIDDEN',
      field: 'projectId',
    })
    await ask(create, { variables: { input } })
    expect(scripted.requests.map(({ command }) => command)).toEqual([
      { type: 'CreateInstance', projectId: 'bank', name: 'a', datastore: 'postgresql' },
    ])
  })
})

describe('issueToken', () => {
  it('shows the token and what is known of it', async () => {
    const api = createApiUnderTest()
    await api.putToken(shop, 'reader', { id: tokenId, name: 'ci' })
    api.scripted.answer(() => accepted({ position: -1, tokenId, secret: 'coffer_in-full' }))
    const { data } = await api.ask(
      `mutation { issueToken(input: { name: "ci", role: READER, expiresAt: "2030-01-31T00:00:00Z" }) {
        ... on IssueTokenAccepted { secret tokenId token { name role revoked createdBy { name } } } } }`,
    )
    expect(data.issueToken).toEqual({
      secret: 'coffer_in-full',
      tokenId,
      token: { name: 'ci', role: 'READER', revoked: false, createdBy: { name: 'somebody' } },
    })
    expect(api.scripted.requests[0]?.command).toMatchObject({ role: 'reader', expiresAt: '2030-01-31T00:00:00Z' })
  })
})

describe('commands to the catalogue', () => {
  it('answer with what they changed', async () => {
    const api = createApiUnderTest()
    api.scripted.answer(({ command }) =>
      command.type === 'RetireFlavor'
        ? { accepted: false, rejection: { code: 'UNKNOWN_FLAVOR', message: 'there is none' } }
        : accepted({ position: -1, projectId: shop }),
    )
    const { data, errors } = await api.ask(`mutation {
      retireFlavor(input: { id: "huge" }) { ... on Refusal { code } }
      bad: defineFlavor(input: { id: "Not A Name", vcpus: 1, memoryMiB: 1 }) { ... on Refusal { code field message } }
      withdrawDatastoreVersion(input: { datastore: "oracle", version: "1" }) { ... on Refusal { code field } }
      setQuota(input: { projectId: "shop", instances: 1, vcpus: 2, memoryMiB: 3, volumeGiB: 4 }) {
        ... on SetQuotaAccepted { quota { projectId } }
      }
    }`)
    expect(errors).toEqual([])
    expect(data).toMatchObject({
      retireFlavor: { code: 'UNKNOWN_FLAVOR' },
      bad: { code: 'INVALID_INPUT', field: 'id' },
      withdrawDatastoreVersion: { code: 'UNKNOWN_DATASTORE', field: 'datastore' },
      setQuota: { quota: { projectId: 'shop' } },
    })
    expect(api.scripted.requests.map(({ command }) => command.type)).toEqual(['RetireFlavor', 'SetQuota'])
  })
})
