import { beforeAll, describe, expect, it } from 'vitest'
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
  let api: ServerApi
  let environment: Readonly<Record<string, string>>

  const isReady = async ({ url }: ServerProcess): Promise<boolean> => (await fetch(`${url}/readyz`)).status === 200

  const startRoles = async (): Promise<void> => {
    servers = []
    for (const role of roles) servers.push(await site.start(role))
    const server = servers.at(-1) as ServerProcess
    api = createServerApi(server)
    environment = { COFFER_URL: server.url, COFFER_TOKEN: server.adminToken }
    for (const each of servers) await waitFor('readiness', () => isReady(each).catch(() => false))
  }
  const names = async (): Promise<readonly string[]> => {
    const query = '{ instances(first: 50) { edges { node { name } } } }'
    type Answer = { readonly instances: { readonly edges: readonly { readonly node: { readonly name: string } }[] } }
    const { instances } = await api.request<Answer>(query)
    return instances.edges.map(({ node }) => node.name).sort()
  }
  const make = (name: string) => api.provision({ name, datastore: 'postgresql', flavor: 'tiny' })

  beforeAll(async () => {
    await startRoles()
    await site.start('agent')
    await waitFor('the offer of the agent', async () => {
      const { datastores } = await api.request<{ datastores: readonly object[] }>('{ datastores { type } }')
      return datastores.length > 0
    })
    await make('before')
    site.copyLog()
    for (const name of ['after-1', 'after-2']) await make(name)
  })

  it('is shown as it is once the roles were stopped, KurrentDB was put back, and the roles were started', async () => {
    expect(await names()).toEqual(['after-1', 'after-2', 'before'])
    for (const server of servers) await server.stop()
    await site.putLogBack()
    await startRoles()
    expect(await names()).toEqual(['before'])
    expect(servers[1]?.output()).toContain('the log is an older copy of the one the view was made from')
  })

  it('shows what is made from then on', async () => {
    await make('new')
    expect(await names()).toEqual(['before', 'new'])
  })

  it('is found equal by a verification, and a rebuild ends and tells how far it has come', async () => {
    const cli = createCli(site.controlDir)
    const verified = await cli(['admin', 'rebuild-views', '--verify'], { env: environment })
    expect(verified).toMatchObject({ code: 0 })
    const rebuilt = await cli(['admin', 'rebuild-views'], { env: environment })
    expect(rebuilt.stderr).toMatch(/^instances: [\d,]+ events, 100 % of the log$/m)
    expect(rebuilt).toMatchObject({ code: 0 })
    expect(rebuilt.stdout.match(/ equal$/gm)?.length).toBeGreaterThan(8)
    expect(await names()).toEqual(['before', 'new'])
  })

  it('ends the processes that have followed the later log, when it is put back under them', async () => {
    await site.putLogBack()
    for (const server of servers) expect((await server.ended).code).toBe(1)
    for (const server of servers)
      expect(server.output()).toContain('an older copy of the log that this process has followed')
    await startRoles()
    expect(await names()).toEqual(['before'])
    await make('newer')
    expect(await names()).toEqual(['before', 'newer'])
  })
}

describe('a log that was put back from a copy', { timeout: 300_000 }, () => {
  if (missing) it('is recognised, and the views are rebuilt', (context) => context.skip(missing))
  else defineTests()
})
