import { describe, expect, it } from 'vitest'
import { parseOperationId } from '../../../domain/ids.ts'
import { bank, createApiUnderTest, shop } from './api-under-test.ts'

const createWorld = async () => {
  const api = createApiUnderTest()
  const { token } = await api.putToken(shop, 'member')
  const [orders, stock] = [
    await api.putInstance(shop, { name: 'orders' }),
    await api.putInstance(shop, { name: 'stock' }),
  ]
  const theirs = await api.putInstance(bank, { name: 'ledger' })
  const operation = await api.putOperation(orders)
  const run = { due: '2025-03-01T02:00:00.000Z', operationId: null, refusal: null }
  const nightly = await api.putSchedule(orders, {
    lastRun: { ...run, status: 'ACCEPTED', operationId: parseOperationId(operation.id) },
  })
  const evening = await api.putSchedule(orders, {
    action: 'stop',
    status: 'PAUSED',
    nextDue: null,
    lastRun: { ...run, status: 'REFUSED', refusal: { code: 'INVALID_STATE', message: 'it is stopped' } },
    lastSkipped: { from: run.due, until: run.due },
  })
  const other = await api.putSchedule(stock)
  const foreign = await api.putSchedule(theirs)
  const ask = (document: string, variables: object = {}) =>
    api.ask(document, { token, variables: variables as Readonly<Record<string, unknown>> })
  const listed = async (filter: object): Promise<readonly string[]> => {
    const { data } = await ask('query ($filter: ScheduleFilter) { schedules(filter: $filter) { nodes { id } } }', {
      filter,
    })
    return data.schedules.nodes.map(({ id }: { readonly id: string }) => id)
  }
  return { ...api, ask, listed, orders, stock, theirs, operation, nightly, evening, other, foreign, token }
}

describe('the schedules of a project', () => {
  it('are listed oldest first, and cut by instance, action and status', async () => {
    const { listed, orders, theirs, nightly, evening, other } = await createWorld()
    expect(await listed({})).toEqual([nightly.id, evening.id, other.id])
    expect(await listed({ instanceId: orders.id })).toEqual([nightly.id, evening.id])
    expect(await listed({ action: ['STOP', 'START'] })).toEqual([evening.id])
    expect(await listed({ status: ['ENABLED'] })).toEqual([nightly.id, other.id])
    expect(await listed({ since: '2030-01-01T00:00:00Z' })).toEqual([])
    expect(await listed({ instanceId: theirs.id })).toEqual([])
  })

  it('are found at their instance as well, page by page', async () => {
    const { ask, orders, nightly, evening } = await createWorld()
    const document = `query ($id: ID!, $after: String) { instance(id: $id) {
      schedules(first: 1, after: $after) { totalCount nodes { id } pageInfo { endCursor hasNextPage } }
    } }`
    const first = (await ask(document, { id: orders.id })).data.instance.schedules
    expect(first).toMatchObject({ nodes: [{ id: nightly.id }], pageInfo: { hasNextPage: true } })
    const second = (await ask(document, { id: orders.id, after: first.pageInfo.endCursor })).data.instance.schedules
    expect(second).toMatchObject({ nodes: [{ id: evening.id }], pageInfo: { hasNextPage: false } })
  })

  it('go on behind one that was deleted after its page was read, in both directions', async () => {
    const { ask, remove, nightly, evening, other } = await createWorld()
    const document = `query ($first: Int, $after: String, $last: Int, $before: String) {
      schedules(first: $first, after: $after, last: $last, before: $before) { edges { cursor node { id } } }
    }`
    const page = async (range: object) => {
      const { data, errors } = await ask(document, range)
      expect(errors).toEqual([])
      return data.schedules.edges
    }
    const [, { cursor }] = await page({ first: 2 })
    await remove('schedules', evening.id)
    expect(await page({ first: 2, after: cursor })).toMatchObject([{ node: { id: other.id } }])
    expect(await page({ last: 2, before: cursor })).toMatchObject([{ node: { id: nightly.id } }])
  })

  it('say what they do, and what became of the last run', async () => {
    const { ask, operation, nightly, evening, foreign } = await createWorld()
    const document = `query ($id: ID!) { node(id: $id) { ... on Schedule {
      instance { name } action cron timeZone lateMinutes status nextDue
      lastRun { status operation { id kind } refusal { code message } } lastSkipped { from until }
    } } }`
    expect((await ask(document, { id: nightly.id })).data.node).toMatchObject({
      instance: { name: 'orders' },
      action: 'RESTART',
      status: 'ENABLED',
      lastRun: { status: 'ACCEPTED', operation: { id: operation.id, kind: 'RESTART' }, refusal: null },
      lastSkipped: null,
    })
    expect((await ask(document, { id: evening.id })).data.node).toMatchObject({
      action: 'STOP',
      status: 'PAUSED',
      nextDue: null,
      lastRun: { status: 'REFUSED', operation: null, refusal: { code: 'INVALID_STATE', message: 'it is stopped' } },
      lastSkipped: { from: '2025-03-01T02:00:00.000Z' },
    })
    expect((await ask(document, { id: foreign.id })).data.node).toBeNull()
  })
})

describe('createSchedule', () => {
  it('is sent with what is left out, and shows the schedule', async () => {
    const { ask, scripted, position, orders, nightly } = await createWorld()
    scripted.answer(() => ({ accepted: true, position: position(), replayed: false, scheduleId: nightly.id }))
    const { data, errors } = await ask(
      `mutation ($input: CreateScheduleInput!) { createSchedule(input: $input) {
        ... on CreateScheduleAccepted { scheduleId schedule { id action } } ... on Refusal { message }
      } }`,
      { input: { instanceId: orders.id, action: 'RESTART', cron: '0 3 * * *' } },
    )
    expect(errors).toEqual([])
    expect(data.createSchedule).toEqual({ scheduleId: nightly.id, schedule: { id: nightly.id, action: 'RESTART' } })
    expect(scripted.requests[0]?.command).toMatchObject({ action: 'restart', timeZone: 'UTC', lateMinutes: 60 })
  })

  it('says what is accepted where times are none', async () => {
    const { ask, orders } = await createWorld()
    const { data } = await ask(
      `mutation ($input: CreateScheduleInput!) { createSchedule(input: $input) {
        ... on Refusal { code field message faults { field } }
      } }`,
      { input: { instanceId: orders.id, action: 'STOP', cron: '* * * * *', timeZone: 'Berlin' } },
    )
    expect(data.createSchedule).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'cron',
      message: expect.stringContaining('at least 5 min'),
      faults: [{ field: 'cron' }, { field: 'timeZone' }],
    })
  })
})
