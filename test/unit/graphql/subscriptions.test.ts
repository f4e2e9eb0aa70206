import { describe, expect, it, vi } from 'vitest'
import type { OperationType } from '../../../graphql/telemetry.ts'
import { createApiUnderTest, shop } from './api-under-test.ts'

const followInstance = 'subscription ($id: ID!) { instance(id: $id) { status stateVersion } }'
const followOperation = 'subscription ($id: ID!) { operation(id: $id) { status steps { name progress } } }'
const followEvents = `subscription ($filter: EventFilter, $after: String) {
  events(filter: $filter, after: $after) { cursor node { type data } }
}`

const code = (result: IteratorResult<{ errors?: readonly { extensions: Readonly<Record<string, unknown>> }[] }>) =>
  result.done ? 'ended' : result.value.errors?.[0]?.extensions.code

describe('the subscription to an instance', () => {
  it('begins with what is, gives every change once and ends with the deletion', async () => {
    const { follow, putInstance } = createApiUnderTest()
    const instance = await putInstance(shop, { status: 'STOPPED', stateVersion: 1 })
    const results = follow(followInstance, { variables: { id: instance.id } })
    expect((await results.next()).value?.data.instance).toEqual({ status: 'STOPPED', stateVersion: 1 })
    await putInstance(shop, { ...instance, status: 'STARTING', stateVersion: 2 })
    expect((await results.next()).value?.data.instance).toEqual({ status: 'STARTING', stateVersion: 2 })
    await putInstance(shop, { ...instance, status: 'STARTING', stateVersion: 2 })
    await putInstance(shop, { name: 'another one' })
    await putInstance(shop, { ...instance, status: 'DELETED', stateVersion: 3 })
    expect((await results.next()).value?.data.instance).toEqual({ status: 'DELETED', stateVersion: 3 })
    expect((await results.next()).done).toBe(true)
  })
})

describe('the subscription to an operation', () => {
  it('ends when the operation has ended', async () => {
    const { follow, putInstance, putOperation } = createApiUnderTest()
    const operation = await putOperation(await putInstance(shop))
    const results = follow(followOperation, { variables: { id: operation.id } })
    expect((await results.next()).value?.data.operation).toEqual({ status: 'RUNNING', steps: [] })
    await putOperation(await putInstance(shop), { ...operation, status: 'SUCCEEDED' })
    expect((await results.next()).value?.data.operation.status).toBe('SUCCEEDED')
    expect((await results.next()).done).toBe(true)
  })
})

describe('the subscription to events', () => {
  it('goes on behind a cursor without gap or repeat, over hundreds of events and while more come', async () => {
    const { follow, putEvent, ask } = createApiUnderTest()
    await putEvent(shop, { data: { n: -1 } })
    const after = (await ask('{ events { pageInfo { endCursor } } }')).data.events.pageInfo.endCursor
    for (let n = 0; n < 450; n += 1) await putEvent(shop, { data: { n } })
    const seen: number[] = []
    let cursor = after
    // Read in parts, as one who loses the connection again and again.
    for (const count of [1, 250, 249]) {
      const gone = new AbortController()
      const results = follow(followEvents, { variables: { after: cursor }, signal: gone.signal })
      for (let index = 0; index < count; index += 1) {
        if (seen.length === 400) for (let n = 450; n < 500; n += 1) await putEvent(shop, { data: { n } })
        const { value } = await results.next()
        seen.push(value?.data.events.node.data.n)
        cursor = value?.data.events.cursor
      }
      gone.abort()
    }
    expect(seen).toEqual(Array.from({ length: 500 }, (_, n) => n))
  })

  it('begins with the next event when no cursor is given', async () => {
    const { follow, putEvent, slotsOpen } = createCounted()
    await putEvent(shop, { data: { n: 1 } })
    const results = follow(followEvents)
    const next = results.next()
    await vi.waitFor(() => expect(slotsOpen()).toBe(1))
    // The first event may still fall before the moment the subscription begins: it is repeated until one is seen.
    const stop = await repeatUntil(next, (n) => putEvent(shop, { data: { n: n + 2 } }))
    expect(stop.value?.data.events.node.data.n).toBeGreaterThan(1)
  })

  it('gives only what the filter names', async () => {
    const { follow, putEvent, putInstance, ask } = createApiUnderTest()
    const instance = await putInstance(shop)
    await putEvent(shop)
    const after = (await ask('{ events { pageInfo { endCursor } } }')).data.events.pageInfo.endCursor
    const filter = { instanceId: instance.id, types: ['InstanceStopped'] }
    const results = follow(followEvents, { variables: { filter, after } })
    await putEvent(shop, { type: 'InstanceStopped' })
    await putEvent(shop, { type: 'InstanceRenamed', instanceId: instance.id })
    await putEvent(shop, { type: 'InstanceStopped', instanceId: instance.id, data: { this: 'one' } })
    expect((await results.next()).value?.data.events.node).toEqual({ type: 'InstanceStopped', data: { this: 'one' } })
  })

  it('waits for views that are still being read anew after a restart', async () => {
    const before = createApiUnderTest()
    await before.putEvent(shop, { position: 7 })
    const after = (await before.ask('{ events { pageInfo { endCursor } } }')).data.events.pageInfo.endCursor
    const restarted = createApiUnderTest()
    const next = restarted.follow(followEvents, { variables: { after } }).next()
    await restarted.putEvent(shop, { position: 6, data: { n: 6 } })
    await restarted.putEvent(shop, { position: 7, data: { n: 7 } })
    await restarted.putEvent(shop, { position: 8, data: { n: 8 } })
    expect((await next).value?.data.events.node.data).toEqual({ n: 8 })
  })

  it('says to try again when the views do not get to the cursor in time', async () => {
    const before = createApiUnderTest()
    await before.putEvent(shop, { position: 99 })
    const after = (await before.ask('{ events { pageInfo { endCursor } } }')).data.events.pageInfo.endCursor
    const { follow } = createApiUnderTest({ config: { readYourWritesTimeoutMs: 20 } })
    expect(code(await follow(followEvents, { variables: { after } }).next())).toBe('UNAVAILABLE')
  })
})

describe('a subscription', () => {
  it('ends with an error soon after its token is revoked', async () => {
    const { follow, putToken, putInstance, put } = createApiUnderTest({ config: { revalidateTokenMs: 10 } })
    const { token, document } = await putToken(shop, 'reader')
    const instance = await putInstance(shop)
    const results = follow(followInstance, { token, variables: { id: instance.id } })
    expect((await results.next()).value?.data.instance.status).toBe('ACTIVE')
    await put('tokens', document.id, { ...document, revoked: true })
    expect(code(await results.next())).toBe('UNAUTHENTICATED')
    expect((await results.next()).done).toBe(true)
  })

  it('ends with an error when its token expires', async () => {
    let now = Date.parse('2025-03-01T12:00:00.000Z')
    const { follow, putToken, putInstance } = createApiUnderTest({ config: { revalidateTokenMs: 10 }, now: () => now })
    const { token } = await putToken(shop, 'reader', { expiresAt: '2025-03-01T13:00:00.000Z' })
    const instance = await putInstance(shop)
    const results = follow(followInstance, { token, variables: { id: instance.id } })
    await results.next()
    now = Date.parse('2025-03-01T13:00:00.000Z')
    expect(code(await results.next())).toBe('UNAUTHENTICATED')
  })

  it('ends with an error that says to come back when the server stops', async () => {
    const { api, follow, putInstance } = createApiUnderTest()
    const instance = await putInstance(shop)
    const results = follow(followInstance, { variables: { id: instance.id } })
    await results.next()
    await api.close()
    expect(code(await results.next())).toBe('UNAVAILABLE')
  })

  it('frees what it holds when the caller leaves', async () => {
    const { follow, putInstance, slotsOpen } = createCounted()
    const instance = await putInstance(shop)
    const gone = new AbortController()
    const results = follow(followInstance, { variables: { id: instance.id }, signal: gone.signal })
    await results.next()
    expect(slotsOpen()).toBe(1)
    gone.abort()
    await vi.waitFor(() => expect(slotsOpen()).toBe(0))
  })

  it('frees what it holds when the caller stops reading', async () => {
    const { follow, putInstance, slotsOpen } = createCounted()
    const instance = await putInstance(shop)
    const results = follow(followInstance, { variables: { id: instance.id } })
    await results.next()
    await results.return(undefined)
    await vi.waitFor(() => expect(slotsOpen()).toBe(0))
  })

  it('is refused over the number a project may have open', async () => {
    const { follow, putInstance } = createApiUnderTest({ limits: { subscriptionsPerProject: 1 } })
    const instance = await putInstance(shop)
    const first = follow(followInstance, { variables: { id: instance.id } })
    await first.next()
    expect(code(await follow(followInstance, { variables: { id: instance.id } }).next())).toBe('TOO_MANY_SUBSCRIPTIONS')
    await first.return(undefined)
    const third = await follow(followInstance, { variables: { id: instance.id } }).next()
    expect(third.value?.data.instance.status).toBe('ACTIVE')
  })

  it('costs as one operation and is counted as one', async () => {
    const answered: [OperationType, string][] = []
    const { follow, putInstance } = createApiUnderTest({
      metrics: { answered: (operation, outcome) => answered.push([operation, outcome]), openSubscriptions: () => {} },
    })
    const instance = await putInstance(shop)
    const results = follow(followInstance, { variables: { id: instance.id } })
    await results.next()
    await results.return(undefined)
    expect(answered).toEqual([['subscription', 'OK']])
  })
})

/** The API, and how many subscriptions it says are open. */
const createCounted = () => {
  let open = 0
  const api = createApiUnderTest({
    metrics: {
      answered: () => {},
      openSubscriptions: (count) => {
        open = count
      },
    },
  })
  return { ...api, slotsOpen: () => open }
}

const repeatUntil = async <Value>(settled: Promise<Value>, repeat: (n: number) => Promise<unknown>): Promise<Value> => {
  let isSettled = false
  const done = settled.finally(() => {
    isSettled = true
  })
  for (let n = 0; !isSettled; n += 1) {
    await repeat(n)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return done
}
