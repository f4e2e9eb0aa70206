import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { HostWithUnlistedFragment as HostWithUnlisted } from '../../../ops/cli/generated/graphql.ts'
import { urlFile } from '../../../ops/config/shared-files.ts'
import { createRestorableSite, whyNoStores } from '../../support/distributed-site.ts'
import { createCli } from '../../support/run-cli.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { waitFor } from '../../support/wait-for.ts'

const missing = whyNoStores()
const roles = ['saga', 'projector', 'api'] as const

/** What docs/runbook/backup-and-restore.md and rebuilding-views.md tell an operator to do, with Kafka and Redis left as they are. */
const defineTests = (): void => {
  const site = createRestorableSite('restored-log')
  let servers: ServerProcess[] = []
  let agent: ServerProcess
  let api: ServerApi
  const cli = createCli(site.controlDir)

  const isReady = async ({ url }: ServerProcess): Promise<boolean> => (await fetch(`${url}/readyz`)).status === 200

  const startRoles = async (): Promise<void> => {
    servers = []
    for (const role of roles) servers.push(await site.start(role))
    const server = servers.at(-1) as ServerProcess
    api = createServerApi(server)
    // As an operator tells the command line on the same machine.
    writeFileSync(join(site.controlDir, urlFile), `${server.url}\n`, { mode: 0o600 })
    for (const each of servers) await waitFor('readiness', () => isReady(each).catch(() => false))
  }
  type Listed = { readonly id: string; readonly name: string; readonly status: string }
  const listed = async (): Promise<readonly Listed[]> => {
    const query = '{ instances(first: 50) { nodes { id name status } } }'
    const { instances } = await api.request<{ instances: { nodes: readonly Listed[] } }>(query)
    return instances.nodes
  }
  const names = async (): Promise<readonly string[]> => (await listed()).map(({ name }) => name).sort()
  const idOf = async (wanted: string): Promise<string> => {
    const found = (await listed()).find(({ name }) => name === wanted)
    if (!found) throw new Error(`no instance is called ${wanted}`)
    return found.id
  }
  const statusBecomes = (wanted: string, status: string) =>
    waitFor(`${wanted} to be ${status}`, async () =>
      (await listed()).some((each) => each.name === wanted && each.status === status),
    )
  const unlisted = () => cli.json<HostWithUnlisted['unlisted']>(['host', 'unlisted'])
  const make = (name: string) => api.provision({ name, datastore: 'postgresql', flavor: 'tiny' })

  beforeAll(async () => {
    await startRoles()
    agent = await site.start('agent')
    await api.untilOffered()
    for (const name of ['before', 'deleted']) await make(name)
    site.copyLog()
    for (const name of ['after-1', 'after-2']) await make(name)
    await api.changeAndWait('stop', await idOf('before'))
    await api.changeAndWait('delete', await idOf('deleted'))
  })

  it('is shown as it is once the roles were stopped, KurrentDB was put back, and the roles were started', async () => {
    expect(await names()).toEqual(['after-1', 'after-2', 'before'])
    for (const server of [...servers, agent]) await server.stop()
    await site.putLogBack()
    await startRoles()
    agent = await site.start('agent')
    expect(await names()).toEqual(['before', 'deleted'])
    expect(servers[1]?.output()).toContain('the log is an older copy of the one the view was made from')
  })

  it('shows what hosts have: stopped, missing and unlisted, and what is made from then on', async () => {
    await statusBecomes('before', 'STOPPED')
    await statusBecomes('deleted', 'MISSING')
    await waitFor('the host to tell of what it has', async () => (await unlisted()).length === 2)
    const verified = await cli(['admin', 'rebuild-views', '--verify'])
    expect(verified).toMatchObject({ code: 3, stderr: expect.stringContaining('UNLISTED: after-1') })
    await make('new')
    expect(await names()).toEqual(['before', 'deleted', 'new'])
  })

  it('agrees with its hosts once an operator has decided what to keep, as the runbook says', async () => {
    const found = new Map((await unlisted()).map(({ name, id }) => [name, id]))
    expect([...found.keys()].sort()).toEqual(['after-1', 'after-2'])
    const adopted = await cli.json(['instance', 'adopt', String(found.get('after-1'))])
    expect(adopted).toMatchObject({ name: 'after-1', status: 'ACTIVE' })
    const removed = ['instance', 'remove-unlisted', String(found.get('after-2')), '--wait']
    await cli.json(removed)
    await api.changeAndWait('delete', await idOf('deleted'))
    expect(await unlisted()).toEqual([])
    expect(await names()).toEqual(['after-1', 'before', 'new'])
  })

  it('is found equal by a verification, and a rebuild ends and tells how far it has come', async () => {
    const verified = await cli(['admin', 'rebuild-views', '--verify'])
    expect(verified).toMatchObject({ code: 0 })
    const rebuilt = await cli(['admin', 'rebuild-views'])
    expect(rebuilt.stderr).toMatch(/^instances: [\d,]+ events, 100 % of the log$/m)
    expect(rebuilt).toMatchObject({ code: 0 })
    expect(rebuilt.stdout.match(/ equal$/gm)?.length).toBeGreaterThan(8)
    expect(await names()).toEqual(['after-1', 'before', 'new'])
  })

  it('ends the processes that have followed the later log, when it is put back under them', async () => {
    await site.putLogBack()
    for (const server of servers) expect((await server.ended).code).toBe(1)
    for (const server of servers)
      expect(server.output()).toContain('an older copy of the log that this process has followed')
    await startRoles()
    expect(await names()).toEqual(['before', 'deleted'])
    await make('newer')
    expect(await names()).toEqual(['before', 'deleted', 'newer'])
  })
}

describe('a log that was put back from a copy', { timeout: 300_000 }, () => {
  if (missing) it('is recognised, and the views are rebuilt', (context) => context.skip(missing))
  else defineTests()
})
