import { describe, expect, it } from 'vitest'
import { MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'
import { parseDeadLetterId } from '../../../domain/dead-letter/id.ts'
import type { DeadLetterDocument } from '../../../projections/views/dead-letters.ts'
import { accepted, createApiUnderTest } from './api-under-test.ts'

const list = `query ($filter: DeadLetterFilter, $first: Int, $after: String, $newestFirst: Boolean! = false) {
  deadLetters(filter: $filter, first: $first, after: $after, newestFirst: $newestFirst) {
    nodes { id status resolvedAt resolvedBy { name } } pageInfo { hasNextPage endCursor }
  }
}`
const show = `query ($id: ID!) { deadLetter(id: $id) { value headers deadLetter {
  id topic key bytes partition offset group error attempts parkedAt status resolvedAt resolvedBy { name }
} } }`
const replay = `mutation ($input: ReplayDeadLetterInput!) { replayDeadLetter(input: $input) {
  ... on ReplayDeadLetterAccepted { replayed upToDate deadLetter { id status } } ... on Refusal { code message field }
} }`

const resolvedAt = '2030-01-02T00:00:00.000Z'

/** The API, with a way to say what was decided about a letter. */
const createWorld = () => {
  const world = createApiUnderTest()
  const resolve = async (id: string, status: DeadLetterDocument['status']) => {
    const [topic = '', , offset = ''] = id.replace('.dead-letters', '').split('/')
    const letter = await world.letters.deadLetters.get({ topic, partition: 0, offset })
    await world.putDeadLetter({
      id: parseDeadLetterId(letter?.id),
      status,
      resolvedAt,
      resolvedBy: { kind: 'system', name: 'test' },
    })
  }
  const ids = async (variables: object = {}): Promise<readonly string[]> => {
    const { data, errors } = await world.ask(list, { variables: { ...variables } })
    expect(errors).toEqual([])
    return data.deadLetters.nodes.map(({ id }: { id: string }) => id)
  }
  /** Everything, in pages. */
  const pages = async (variables: { first: number; newestFirst: boolean; filter?: object }) => {
    const seen: string[] = []
    let after: string | null = null
    do {
      const { data, errors } = await world.ask(list, { variables: { ...variables, after } })
      expect(errors).toEqual([])
      expect(data.deadLetters.nodes.length).toBeLessThanOrEqual(variables.first)
      seen.push(...data.deadLetters.nodes.map(({ id }: { id: string }) => id))
      after = data.deadLetters.pageInfo.hasNextPage ? data.deadLetters.pageInfo.endCursor : null
    } while (after !== null)
    return seen
  }
  return { ...world, resolve, ids, pages }
}

describe('the list of dead letters', () => {
  it('goes through all topics page after page, in both directions, without those that are done with', async () => {
    const { letters, resolve, pages } = createWorld()
    const parked: string[] = []
    for (const topic of ['coffer.a', 'coffer.b', 'coffer.c']) {
      for (let index = 0; index < 5; index += 1) parked.push(letters.park({ topic }))
    }
    for (const index of [0, 4, 5, 6, 7, 8, 9, 12]) await resolve(parked[index] ?? '', 'DROPPED')
    const open = parked.filter((_, index) => [1, 2, 3, 10, 11, 13, 14].includes(index))
    for (const first of [1, 2, 3, 7, 500]) {
      expect(await pages({ first, newestFirst: false })).toEqual(open)
      expect(await pages({ first, newestFirst: true })).toEqual(open.toReversed())
      expect(await pages({ first, newestFirst: true, filter: { includeResolved: true } })).toEqual(parked.toReversed())
    }
  })

  it('says whether there is more', async () => {
    const { letters, ask } = createWorld()
    const pageInfo = async () => (await ask(list, { variables: { first: 2 } })).data.deadLetters.pageInfo
    expect(await pageInfo()).toEqual({ hasNextPage: false, endCursor: null })
    for (const topic of ['coffer.a', 'coffer.b']) letters.park({ topic })
    expect(await pageInfo()).toMatchObject({ hasNextPage: false })
    letters.park({ topic: 'coffer.c' })
    expect(await pageInfo()).toMatchObject({ hasNextPage: true })
  })

  it('is given in shorter pages where the letters are large', async () => {
    const { letters, ask, pages } = createWorld()
    const parked = Array.from({ length: 40 }, () => letters.park({ value: 'x'.repeat(1_000_000) }))
    const { data } = await ask(list, { variables: { first: 500 } })
    expect(data.deadLetters.nodes.length).toBeLessThan(parked.length)
    expect(await pages({ first: 500, newestFirst: false })).toEqual(parked)
  })

  it('is of one topic where that is asked for, and never of topics that are not ours', async () => {
    const { letters, ids } = createWorld()
    const [a, b] = [letters.park({ topic: 'coffer.a' }), letters.park({ topic: 'coffer.b' })]
    letters.park({ topic: 'orders' })
    expect(await ids()).toEqual([a, b])
    expect(await ids({ filter: { topic: 'coffer.b' } })).toEqual([b])
    for (const topic of ['orders', 'coffer.x', '']) expect(await ids({ filter: { topic } })).toEqual([])
  })

  it('goes on behind a cursor whose letter retention has removed, and refuses a cursor of another list', async () => {
    const { letters, ids, ask } = createWorld()
    letters.park({ topic: 'coffer.a' })
    const { data } = await ask(list, { variables: { first: 1 } })
    const second = letters.park({ topic: 'coffer.a' })
    const { endCursor } = (await ask(list, { variables: { first: 1 } })).data.deadLetters.pageInfo
    expect(data.deadLetters.pageInfo.hasNextPage).toBe(false)
    letters.removeOldest('coffer.a')
    expect(await ids({ after: endCursor })).toEqual([second])
    const { errors } = await ask(list, { variables: { after: 'bm9uc2Vuc2U' } })
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['INVALID_INPUT'])
  })

  it('says who decided what, and when', async () => {
    const { letters, resolve, ask } = createWorld()
    const id = letters.park()
    await resolve(id, 'REPLAYED')
    const { data } = await ask(list, { variables: { filter: { includeResolved: true } } })
    expect(data.deadLetters.nodes).toEqual([{ id, status: 'REPLAYED', resolvedAt, resolvedBy: { name: 'test' } }])
  })
})

describe('a dead letter', () => {
  it('is shown with its message, and what was added to it told apart', async () => {
    const { letters, ask } = createWorld()
    const id = letters.park({ value: '{"ä":1}' })
    const { data } = await ask(show, { variables: { id } })
    expect(data.deadLetter).toEqual({
      value: '{"ä":1}',
      headers: { traceparent: 'tp' },
      deadLetter: {
        id,
        topic: 'coffer.events',
        key: 'k',
        bytes: 8,
        partition: 2,
        offset: '41',
        group: 'coffer.sagas',
        error: 'Error: no such shape',
        attempts: 1,
        parkedAt: '2030-01-01T00:00:00.000Z',
        status: 'OPEN',
        resolvedAt: null,
        resolvedBy: null,
      },
    })
  })

  it.each(['nonsense', 'coffer.events.dead-letters/0/7', 'orders.dead-letters/0/0'])('is not there: %s', async (id) => {
    const { letters, ask } = createWorld()
    letters.park({ topic: 'orders' })
    const { data, errors } = await ask(show, { variables: { id } })
    expect({ data, errors }).toEqual({ data: { deadLetter: null }, errors: [] })
  })

  it('is unavailable with the bus, as a store is', async () => {
    const { letters, ask } = createWorld()
    letters.deadLetters.topics = () => Promise.reject(new MessageBusUnavailable('the broker is away'))
    const { errors, status } = await ask(list)
    expect(status).toBe(503)
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAVAILABLE'])
  })
})

describe('replaying a dead letter', () => {
  it('is one command, and answers with the letter as it is then', async () => {
    const { letters, scripted, resolve, ask } = createWorld()
    const id = letters.park()
    const place = { topic: 'coffer.events', partition: 0, offset: '0' }
    scripted.answer(async () => {
      await resolve(id, 'REPLAYED')
      return accepted({ position: -1, place })
    })
    const { data } = await ask(replay, { variables: { input: { id, idempotencyKey: 'key' } } })
    expect(data.replayDeadLetter).toEqual({ replayed: false, upToDate: true, deadLetter: { id, status: 'REPLAYED' } })
    expect(scripted.requests).toMatchObject([
      {
        command: { type: 'ReplayDeadLetter', id },
        idempotencyKey: 'key',
      },
    ])
  })

  it('is refused before anything is asked where the id can be none', async () => {
    const { scripted, ask } = createWorld()
    const { data } = await ask(replay, { variables: { input: { id: 'coffer.events/0/17' } } })
    expect(data.replayDeadLetter).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'id',
      message: expect.stringContaining('<topic>.dead-letters/<partition>/<offset>'),
    })
    expect(scripted.requests).toEqual([])
  })

  it('is accepted also where the letter cannot be read back', async () => {
    const { letters, scripted, ask } = createWorld()
    const id = letters.park()
    scripted.answer(() => accepted({ position: -1, place: { topic: 'coffer.events', partition: 0, offset: '0' } }))
    letters.deadLetters.get = () => Promise.reject(new MessageBusUnavailable('the broker is away'))
    const { data, errors } = await ask(replay, { variables: { input: { id } } })
    expect({ data: data.replayDeadLetter, errors }).toMatchObject({ data: { deadLetter: null }, errors: [] })
  })
})
