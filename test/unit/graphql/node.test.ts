import { randomUUID } from 'node:crypto'
import { isInterfaceType, isObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { type ProjectId, parseFlavorId } from '../../../domain/ids.ts'
import { createStreamName } from '../../../domain/stream.ts'
import { createSchema } from '../../../graphql/schema.ts'
import { type ApiUnderTest, bank, createApiUnderTest, shop } from './api-under-test.ts'

const find = 'query ($id: ID!) { node(id: $id) { __typename id ... on Instance { name } } }'
const findAll = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'

type Kind = {
  readonly shownTo: 'its project' | 'everybody' | 'admins'
  /** Puts one into the views and answers its id. */
  readonly put: (world: ApiUnderTest, project: ProjectId) => Promise<string>
}

/** One row for every type that can be found by its id: a new type without a row fails the first test. */
const kinds: Readonly<Record<string, Kind>> = {
  Instance: { shownTo: 'its project', put: async ({ putInstance }, project) => (await putInstance(project)).id },
  Operation: {
    shownTo: 'its project',
    put: async ({ putInstance, putOperation }, project) => (await putOperation(await putInstance(project))).id,
  },
  Backup: {
    shownTo: 'its project',
    put: async ({ putInstance, putBackup }, project) => (await putBackup(await putInstance(project))).id,
  },
  Schedule: {
    shownTo: 'its project',
    put: async ({ putInstance, putSchedule }, project) => (await putSchedule(await putInstance(project))).id,
  },
  Configuration: {
    shownTo: 'its project',
    put: async ({ putConfiguration }, project) => (await putConfiguration(project)).id,
  },
  Token: {
    shownTo: 'its project',
    put: async ({ putToken }, project) => (await putToken(project, 'reader')).document.id,
  },
  Event: {
    shownTo: 'its project',
    put: async ({ ask, putEvent }, project) => {
      await putEvent(project)
      return (await ask('{ events(first: 1, newestFirst: true) { nodes { id } } }')).data.events.nodes[0].id
    },
  },
  Flavor: {
    shownTo: 'everybody',
    put: async ({ putFlavor }) =>
      (await putFlavor({ id: parseFlavorId('small'), vcpus: 1, memoryMiB: 512, description: '', retired: false })).id,
  },
  Host: { shownTo: 'admins', put: async ({ putHost }) => (await putHost()).id },
  JoinToken: { shownTo: 'admins', put: async ({ putJoinToken }) => (await putJoinToken()).id },
  DeadLetter: { shownTo: 'admins', put: async ({ letters }) => letters.park() },
  RefusedCommand: { shownTo: 'its project', put: async ({ refusals }, project) => refusals.put(project).id },
  UnreadableEvent: {
    shownTo: 'admins',
    put: async ({ ask, putUnreadable }) => {
      const facts = { type: 'Teleported', reason: 'UNKNOWN_TYPE', detail: '', excluded: null } as const
      await putUnreadable({
        id: randomUUID(),
        position: 1,
        stream: createStreamName('flavor', 'small'),
        revision: 3,
        ...facts,
      })
      return (await ask('{ unreadableEvents { nodes { id } } }')).data.unreadableEvents.nodes[0].id
    },
  },
}

/** They have ids and are no objects of their own: they are found with what they are a part of. */
const parts = ['InstanceNode', 'UnlistedInstance']

describe('object identification', () => {
  it('is of every type that has an id, and there is a row here for each', () => {
    const schema = createSchema()
    const node = schema.getType('Node')
    if (!isInterfaceType(node)) throw new Error('the schema has no interface Node')
    const names = schema.getPossibleTypes(node).map(({ name }) => name)
    const withId = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) && String(type.getFields().id?.type) === 'ID!',
    )
    expect(withId.map(({ name }) => name).sort()).toEqual([...names, ...parts].sort())
    expect(Object.keys(kinds).sort()).toEqual([...names].sort())
  })
})

describe.each(Object.entries(kinds))('an object of the type %s', (name, { shownTo, put }) => {
  const answers = async (project: ProjectId) => {
    const world = createApiUnderTest()
    const id = await put(world, project)
    const { token } = await world.putToken(shop, 'member')
    const text = async (wanted: string, by: { token?: string } = { token }) =>
      (await world.post(JSON.stringify({ query: find, variables: { id: wanted } }), by)).text()
    return { id, world, text }
  }
  const absent = '{"data":{"node":null}}'

  it('is found by its id alone', async () => {
    const { id, world } = await answers(shop)
    const { data, errors } = await world.ask(find, { variables: { id } })
    expect(errors).toEqual([])
    expect(data.node).toMatchObject({ __typename: name, id })
  })

  it('is found by a member who may see it', async () => {
    const { id, text } = await answers(shop)
    if (shownTo === 'admins') expect(await text(id)).toBe(absent)
    else expect(JSON.parse(await text(id)).data.node).toMatchObject({ __typename: name, id })
  })

  it('of another project, or for admins only, is answered byte for byte like one that does not exist', async () => {
    const { id, text } = await answers(bank)
    expect(await text(`${id}0`)).toBe(absent)
    if (shownTo !== 'everybody') expect(await text(id)).toBe(absent)
    // It is there.
    expect(await text(id, {})).not.toBe(absent)
  })
})

describe('an object', () => {
  it.each(['event_nonsense', '01a20000-0000-7000-8000-000000000000', 'nonsense', 'flavor-small/', ''])(
    'of the id "%s" does not exist',
    async (id) => {
      const { ask } = createApiUnderTest()
      expect((await ask(find, { variables: { id } })).data).toEqual({ node: null })
    },
  )

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
