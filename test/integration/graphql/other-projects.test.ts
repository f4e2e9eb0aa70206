import { afterEach, describe, expect, it } from 'vitest'
import { startApiOnPlane } from '../../support/api-on-plane.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('other-projects')
const cleanups: (() => Promise<unknown>)[] = []
const cleanUp = async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}
afterEach(cleanUp)

type Ask = Awaited<ReturnType<typeof startApiOnPlane>>['ask']
type Input = Readonly<Record<string, unknown>>

const actor = 'actor { kind name projectId }'
const fault = 'fault { code message retryable cause }'
const instanceFields = `id projectId name status health healthReason volumeStage datastore version flavor vcpus memoryMiB
  volumeGiB endpoint { host port } caCertificate connectionUri databases users { name databases } operation { id } ${fault}
  host { id } createdAt updatedAt stateVersion`
const operationFields = `id kind projectId instanceId status cancellationRequested deadline createdAt endedAt ${fault}
  requestedBy { kind name projectId } steps { name status compensating startedAt endedAt progress message }`
const eventFields = `id type stream revision at ${actor} projectId instanceId operationId commandId causationId data`

/** Everything that a project can read. */
const everything = `{
  viewer { subject projectId roles }
  instances(first: 20, filter: { includeDeleted: true }) { edges { cursor node { ${instanceFields} } } }
  operations(first: 20) { edges { cursor node { ${operationFields} } } }
  events(first: 500) { edges { cursor node { ${eventFields} } } pageInfo { hasNextPage } }
  tokens(first: 20) { edges { cursor node { id name role createdAt createdBy { kind name projectId } } } }
  quota { projectId limits { instances } used { instances vcpus memoryMiB volumeGiB } }
  datastores { type versions }
  flavors { id vcpus memoryMiB }
}`

/** One project's member, and what it does. */
const createMember = (ask: Ask, token: string) => {
  const send = async (field: string, type: string, input: Input) => {
    const { data } = await ask(
      `mutation ($input: ${type}!) { result: ${field}(input: $input) {
        __typename ... on Accepted { replayed } ... on Refusal { code message field details } } }`,
      { token, variables: { input } },
    )
    return data.result
  }
  const settled = (id: string, status: string) =>
    waitFor(`${id} to be ${status}`, async () => {
      const { data } = await ask('query ($id: ID!) { instance(id: $id) { status operation { id } } }', {
        token,
        variables: { id },
      })
      return data.instance.status === status && data.instance.operation === null
    })
  const operationsEnded = () =>
    waitFor('all operations to have ended', async () => {
      const { data } = await ask('{ operations(first: 100) { nodes { endedAt } } }', { token })
      return data.operations.nodes.every(({ endedAt }: { endedAt: string | null }) => endedAt !== null)
    })
  /** What sagas follow up with comes at a moment of their own: it is waited for, so that what A does next always comes after it. */
  const heard = (type: string, times: number) =>
    waitFor(`${type}, ${times} times`, async () => {
      const { data } = await ask('{ events(first: 500) { nodes { type } } }', { token })
      return data.events.nodes.filter((event: { type: string }) => event.type === type).length === times
    })
  const create = async (name: string): Promise<string> => {
    const input = { name, datastore: 'postgresql', databases: [{ name: 'app' }], users: [{ name: 'app' }] }
    await send('createInstance', 'CreateInstanceInput', input)
    const { data } = await ask('{ instances(first: 100) { nodes { id name } } }', { token })
    const made = data.instances.nodes.find((node: { name: string }) => node.name === name)
    await settled(made.id, 'ACTIVE')
    return made.id
  }
  return { send, settled, operationsEnded, heard, create }
}

const ids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const times = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g
const cursors = /"cursor": "[^"]+"/g
const eventIds = /"event_[\w-]+"/g

/** The same text for everything but what is drawn or timed anew in each run: ids are numbered as they come. */
const normalised = (text: string): string => {
  const seen = new Map<string, string>()
  return text
    .replace(ids, (id) => {
      const known = seen.get(id) ?? `id-${seen.size}`
      seen.set(id, known)
      return known
    })
    .replace(times, 'time')
    .replace(cursors, '"cursor": "opaque"')
    .replace(eventIds, '"opaque"')
}

/** All that project A is answered while it lives its life, `between` whose steps others do what they like. */
const lifeOfA = async (between: (step: number) => Promise<void>, ask: Ask, token: string): Promise<string> => {
  const a = createMember(ask, token)
  await between(0)
  const id = await a.create('shop')
  await between(1)
  const answers = [
    await a.send('restartInstance', 'RestartInstanceInput', { id }),
    await a.send('createInstance', 'CreateInstanceInput', { name: 'big', datastore: 'postgresql', volumeGiB: 100_000 }),
  ]
  await a.settled(id, 'ACTIVE')
  await between(2)
  answers.push(await a.send('issueToken', 'IssueTokenInput', { name: 'ci', role: 'READER' }))
  await a.heard('ProjectTokenConfirmed', 1)
  answers.push(await a.send('stopInstance', 'StopInstanceInput', { id }))
  await a.settled(id, 'STOPPED')
  await between(3)
  answers.push(await a.send('renameInstance', 'RenameInstanceInput', { id, name: 'shop-old' }))
  answers.push(await a.send('updateInstance', 'UpdateInstanceInput', { id, description: 'Sold' }))
  await a.heard('ProjectNameConfirmed', 2)
  const second = await a.create('store')
  await between(4)
  answers.push(await a.send('deleteInstance', 'DeleteInstanceInput', { id }))
  await a.settled(id, 'DELETED')
  await a.heard('ProjectNameReleased', 1)
  answers.push(await a.send('startInstance', 'StartInstanceInput', { id: second }))
  await a.operationsEnded()
  const { data, errors } = await ask(everything, { token })
  expect(errors).toEqual([])
  return JSON.stringify({ answers, data }, null, 1)
}

/** What A sees in a system of its own, where B does `between` A's steps what it is given to do. */
const seenByA = async (busy: boolean) => {
  const { ask, issueToken, agent } = await startApiOnPlane(dir.next(), cleanups)
  const { secret } = await issueToken('project-a', 'MEMBER')
  const other = await issueToken('project-b', 'MEMBER')
  const b = createMember(ask, other.secret)
  let left: string | null = null
  const seen = await lifeOfA(
    async (step) => {
      if (!busy) return
      const made = await b.create(`b-${step}`)
      await b.create(`b-${step}-more`)
      if (left !== null) await b.send('deleteInstance', 'DeleteInstanceInput', { id: left })
      await b.send('issueToken', 'IssueTokenInput', { name: `b-${step}`, role: 'MEMBER' })
      left = made
    },
    ask,
    secret,
  )
  await cleanUp()
  return { seen, hostId: agent.hostId }
}

describe('what a project sees', { timeout: 120_000 }, () => {
  it('is the same byte for byte whether another project is idle or busy, but for ids, times and cursors', async () => {
    const [idle, busy] = [await seenByA(false), await seenByA(true)]
    expect(normalised(busy.seen)).toBe(normalised(idle.seen))
  })

  it('names no host', async () => {
    const { seen, hostId } = await seenByA(false)
    expect(seen).not.toContain(hostId)
    expect(seen).not.toContain(`host-${hostId.slice(0, 8)}`)
    expect(seen).toContain('"AGENT"')
  })
})
