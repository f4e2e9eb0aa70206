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
      : 'needs a release whose log this version reads'
const roles = ['projector', 'saga', 'api', 'agent'] as const
type Role = (typeof roles)[number]

/** What both versions understand. */
const queries = {
  create:
    'mutation ($input: CreateInstanceInput!) { result: createInstance(input: $input) { __typename ... on CreateInstanceAccepted { operationId } ... on Refusal { code message } } }',
  change: (kind: 'Restart' | 'Delete') =>
    `mutation ($input: ${kind}InstanceInput!) { result: ${kind.toLowerCase()}Instance(input: $input) { __typename ... on InstanceOperationAccepted { operationId } ... on Refusal { code message } } }`,
  operation: 'query ($id: ID!) { operation(id: $id) { status fault { code message } instance { id status } } }',
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
  let released: string
  /** The instances that are there: one that stays, and the last one that was made. */
  let made: readonly string[]
  let number = 0
  const projectors: (ServerProcess | undefined)[] = []

  /** `program`: of the released version. */
  const start = async (role: Role, program?: string): Promise<void> => {
    const server = await site.start(role, {}, program)
    running.set(role, server)
    if (role === 'api') api = createServerApi(server)
  }
  /** As the runbook says: one role after the other. The former projector keeps the views of the former API until that is gone. */
  const roll = async (role: Role, program?: string): Promise<void> => {
    const former = running.get(role)
    if (role === 'projector') projectors.push(former)
    else await former?.stop('SIGTERM')
    await start(role, program)
    if (role === 'api') await projectors.pop()?.stop('SIGTERM')
  }
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

  /** To the released version, if its program is given, else to this one, with operations in flight at each step. */
  const rollAll = async (program?: string): Promise<void> => {
    for (const role of roles) {
      const [restarted = '', ...others] = made
      number += 1
      const created = await create(`made-${number}`)
      const operations = [created, await begin(queries.change('Restart'), { id: restarted })]
      for (const id of others) operations.push(await begin(queries.change('Delete'), { id }))
      await roll(role, program)
      for (const id of operations) expect(await end(id), role).toMatchObject({ status: 'SUCCEEDED', fault: null })
      made = [restarted, (await end(created)).instance.id]
    }
    expect(await api.unequalViews()).toEqual([])
  }

  beforeAll(async () => {
    released = checkOut(commit ?? '', temp.next())
    for (const role of roles) await start(role, released)
    await api.untilOffered()
    const first = await end(await create('first'))
    expect(first).toMatchObject({ status: 'SUCCEEDED', fault: null })
    made = [first.instance.id]
  })

  it('carries out everything while its roles become those of this version, one after the other', () => rollAll())

  it('carries out everything while its roles go back to the released version', () => rollAll(released))

  it('carries out everything while its roles become those of this version once more', () => rollAll())
}

describe('a system of the released version', { timeout: 600_000 }, () => {
  if (missing) it(`goes over to this one and back (${missing})`, (context) => context.skip(missing))
  else defineTests()
})
