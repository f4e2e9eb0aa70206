import { beforeAll, describe, expect, it } from 'vitest'
import { createDistributedSite, whyNoStores } from '../../support/distributed-site.ts'
import { checkOut, hasFile, releasedCommit } from '../../support/released-version.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

// On one site only: an embedded server is one process, of one version.

const commit = releasedCommit()
/** 0.1 stores other events, and its agents keep another journal: it begins with the first release that has nodes. */
const isReadable = commit !== null && hasFile(commit, 'domain/instance/nodes.ts')
const missing =
  commit === null
    ? 'needs the history of the repository'
    : isReadable
      ? whyNoStores()
      : 'nothing of the last release is read: this version redefines what is stored'
const roles = ['projector', 'saga', 'api', 'agent'] as const
type Role = (typeof roles)[number]

/** What both versions understand. */
const queries = {
  create:
    'mutation ($input: CreateInstanceInput!) { result: createInstance(input: $input) { __typename ... on CreateInstanceAccepted { operationId } ... on Refusal { code message } } }',
  change: (kind: 'Restart' | 'Delete') =>
    `mutation ($input: ${kind}InstanceInput!) { result: ${kind.toLowerCase()}Instance(input: $input) { __typename ... on InstanceOperationAccepted { operationId } ... on Refusal { code message } } }`,
  operation: 'query ($id: ID!) { operation(id: $id) { status fault { code message } instance { id status } } }',
  datastores: '{ datastores { type } }',
}
type Result = { readonly result: { readonly operationId?: string; readonly code?: string } }
type Operation = {
  readonly status: string
  readonly fault: object | null
  readonly instance: { readonly id: string; readonly status: string }
}

const defineTests = (): void => {
  const temp = createTempDir('two-versions')
  const site = createDistributedSite('two-versions')
  const running = new Map<Role, ServerProcess>()
  let api: ServerApi
  let oldProjector: ServerProcess | undefined

  const start = async (role: Role, program?: string): Promise<void> => {
    const server = await site.start(role, {}, program)
    running.set(role, server)
    if (role === 'api') api = createServerApi(server)
  }
  /** To this version, as the runbook says: one role after the other. The old projector keeps the views of the old API until that is gone. */
  const roll = async (role: Role): Promise<void> => {
    const former = running.get(role)
    if (role !== 'projector') await former?.stop('SIGTERM')
    else oldProjector = former
    await start(role)
    if (role === 'api') await oldProjector?.stop('SIGTERM')
  }
  const untilOffered = () =>
    waitFor('the offer of the agent', async () => {
      const { datastores } = await api.request<{ datastores: readonly object[] }>(queries.datastores)
      return datastores.length > 0
    })
  const begin = async (document: string, input: object): Promise<string> => {
    const { result } = await api.request<Result>(document, { input })
    if (result.operationId === undefined) throw new Error(`refused: ${JSON.stringify(result)}`)
    return result.operationId
  }
  const end = (id: string): Promise<Operation> =>
    waitFor(
      `the end of operation ${id}`,
      async () => {
        const { operation } = await api.request<{ operation: Operation | null }>(queries.operation, { id })
        return operation !== null && !['PENDING', 'RUNNING'].includes(operation.status) && operation
      },
      120_000,
    )
  const create = (name: string) => begin(queries.create, { name, datastore: 'postgresql', flavor: 'tiny' })

  beforeAll(async () => {
    const released = checkOut(commit ?? '', temp.next())
    for (const role of roles) await start(role, released)
    await untilOffered()
  })

  it('carries out everything while its roles become those of this version, one after the other', async () => {
    const first = await end(await create('first'))
    expect(first).toMatchObject({ status: 'SUCCEEDED', fault: null })
    for (const role of roles) {
      const operations = [
        await create(`during-${role}`),
        await begin(queries.change('Restart'), { id: first.instance.id }),
      ]
      await roll(role)
      for (const id of operations) expect(await end(id), role).toMatchObject({ status: 'SUCCEEDED', fault: null })
    }
    expect(await end(await begin(queries.change('Delete'), { id: first.instance.id }))).toMatchObject({
      status: 'SUCCEEDED',
    })
  })

  it('shows views that equal those derived from the log', async () => {
    expect((await api.verifyViews()).filter(({ equal }) => !equal)).toEqual([])
  })
}

describe('a system of the released version', { timeout: 300_000 }, () => {
  if (missing) it(`goes over to this one (${missing})`, (context) => context.skip(missing))
  else defineTests()
})
