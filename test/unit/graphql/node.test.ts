import { describe, expect, it } from 'vitest'
import { bank, createApiUnderTest, shop } from './api-under-test.ts'

const find = 'query ($id: ID!) { node(id: $id) { __typename id ... on Instance { name } } }'
const findAll = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'

describe('an object', () => {
  it('of every kind is found by its id alone', async () => {
    const { ask, putInstance, putOperation, putToken, putHost, put, letters } = createApiUnderTest()
    const instance = await putInstance(shop, { name: 'orders' })
    const operation = await putOperation(instance)
    const { document: token } = await putToken(shop, 'reader')
    await put('flavors', 'small', { id: 'small', vcpus: 1, memoryMiB: 512, description: '', retired: false })
    await putHost({ id: instance.hostId })
    const id = await letters.park()
    const found = async (wanted: string) => (await ask(find, { variables: { id: wanted } })).data.node
    expect(await found(instance.id)).toEqual({ __typename: 'Instance', id: instance.id, name: 'orders' })
    expect(await found(operation.id)).toEqual({ __typename: 'Operation', id: operation.id })
    expect(await found(token.id)).toEqual({ __typename: 'Token', id: token.id })
    expect(await found(instance.hostId)).toEqual({ __typename: 'Host', id: instance.hostId })
    expect(await found('small')).toEqual({ __typename: 'Flavor', id: 'small' })
    expect(await found(id)).toEqual({ __typename: 'DeadLetter', id })
  })

  it('is found by its id when it is an event, which is the same as in the list', async () => {
    const { ask, putEvent, putToken } = createApiUnderTest()
    await putEvent(bank)
    await putEvent(shop)
    const { token } = await putToken(shop, 'reader')
    const fields = '__typename id eventId type stream revision'
    const { data } = await ask(`{ events(last: 1, newestFirst: false) { nodes { ${fields} } } }`, { token })
    const [listed] = data.events.nodes
    expect(listed.id).not.toContain(listed.eventId)
    const query = `query ($id: ID!) { node(id: $id) { id ... on Event { ${fields} } } }`
    expect((await ask(query, { token, variables: { id: listed.id } })).data.node).toEqual(listed)
    expect((await ask(query, { token, variables: { id: listed.eventId } })).data.node).toBeNull()
  })

  it('that is another project’s, or for admins only, is answered byte for byte like one that is not there', async () => {
    const { ask, post, putEvent, putInstance, putOperation, putToken, putHost, letters } = createApiUnderTest()
    const eventOf = async (project: typeof bank): Promise<string> => {
      await putEvent(project)
      return (await ask('{ events(first: 1, newestFirst: true) { nodes { id } } }')).data.events.nodes[0].id
    }
    const theirs = await putInstance(bank)
    const { token } = await putToken(shop, 'member')
    await putHost({ id: theirs.hostId })
    const ids = [
      theirs.id,
      (await putOperation(theirs)).id,
      (await putToken(bank, 'reader')).document.id,
      theirs.hostId,
      await letters.park(),
      await eventOf(bank),
      `${await eventOf(bank)}A`,
      'event_nonsense',
      '01a20000-0000-7000-8000-000000000000',
      'nonsense',
      '',
    ]
    const answers = await Promise.all(
      ids.map(async (id) => (await post(JSON.stringify({ query: find, variables: { id } }), { token })).text()),
    )
    expect(new Set(answers)).toEqual(new Set(['{"data":{"node":null}}']))
  })

  it('is found with others, in the order of the ids, null where there is none', async () => {
    const { ask, putInstance, putToken } = createApiUnderTest()
    const [first, second, theirs] = [await putInstance(shop), await putInstance(shop), await putInstance(bank)]
    const { token } = await putToken(shop, 'reader')
    const ids = [second.id, theirs.id, first.id, second.id]
    const { data } = await ask(findAll, { token, variables: { ids } })
    expect(data.nodes.map((node: { id: string } | null) => node?.id ?? null)).toEqual([
      second.id,
      null,
      first.id,
      second.id,
    ])
    const { errors } = await ask(findAll, { token, variables: { ids: Array.from({ length: 101 }, () => first.id) } })
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'ids' })
  })
})
