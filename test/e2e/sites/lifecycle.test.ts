import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { onEverySite } from '../../support/every-site.ts'
import {
  isListening,
  layoutOf,
  nodeOfInstance,
  pathsBelow,
  postmastersOf,
  tracesOfRunning,
} from '../../support/host-traces.ts'
import { postmasterStart } from '../../support/postgresql-client.ts'
import { createServerApi } from '../../support/server-api.ts'
import { type ServerProcess, startRefusedServer } from '../../support/server-process.ts'
import { createServerSite, type ServerSite } from '../../support/server-site.ts'
import { makeShop, ordersOfShop, type Shop } from '../../support/shop.ts'
import { waitFor } from '../../support/wait-for.ts'

const probe = async ({ url }: ServerProcess, path: string): Promise<number> => (await fetch(`${url}${path}`)).status

const healthBecomes = (server: ServerProcess, { instance }: Shop, health: string) =>
  waitFor(`${instance.name} to be ${health}`, async () => {
    const now = await createServerApi(server).instance(instance.id)
    return now.health === health && now
  })

const engineLog = ({ dataDir }: ServerSite, { instance }: Shop): string =>
  readFileSync(layoutOf(dataDir).logFile(nodeOfInstance(instance.id)), 'utf8')

// Of one process that has all roles.
describe('a whole server', () => {
  const site = createServerSite('lifecycle')
  let server: ServerProcess
  let shop: Shop

  it('is alive and ready once it says so', async () => {
    server = await site.start()
    expect([await probe(server, '/healthz'), await probe(server, '/readyz')]).toEqual([200, 200])
    shop = await makeShop(createServerApi(server))
  })

  it('keeps a second one away from its data directory, which is told what to do', async () => {
    const { code, stderr } = await startRefusedServer({ dataDir: site.dataDir })
    expect(code).toBe(1)
    expect(stderr).toContain(`process ${server.pid} already runs as "api" on the data directory ${site.dataDir}`)
    expect(stderr).toContain('Stop it, or choose another data directory.')
    expect(stderr).not.toContain('    at ')
    expect(await probe(server, '/readyz')).toBe(200)
  })

  it.each([
    ['a server', 'all', ''],
    ['an agent alone, which has no API', 'agent', ' (agent: for probes and metrics alone; 0 is any free one)'],
  ])('keeps another one away from its port, which is told what to do: %s', async (_what, role, hint) => {
    const { port } = new URL(server.url)
    const { code, stderr } = await startRefusedServer({
      dataDir: join(site.directory, 'other'),
      env: { COFFER_PORT: port },
      args: ['--role', role],
    })
    expect(code).toBe(1)
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is taken by another program`)
    expect(stderr.trimEnd()).toMatch(/choose another port with COFFER_PORT/)
    expect(stderr.trimEnd().endsWith(`COFFER_PORT${hint}`)).toBe(true)
    expect(stderr).not.toContain('    at ')
  })

  it('stops its databases cleanly at Ctrl-C and leaves nothing running or mounted', async () => {
    expect(await server.stop('SIGINT')).toEqual({ code: 0, signal: null })
    expect(tracesOfRunning(site.dataDir)).toEqual({ processes: [], cgroups: [], mounts: [], loopDevices: [] })
    expect(isListening(shop.login.endpoint.port)).toBe(false)
  })

  it('brings them back at its next start, with their data and where they were', async () => {
    server = await site.start()
    expect(await healthBecomes(server, shop, 'HEALTHY')).toMatchObject({
      status: 'ACTIVE',
      endpoint: shop.login.endpoint,
    })
    expect(await shop.countOrders()).toBe(ordersOfShop)
    const log = engineLog(site, shop)
    expect(log).toContain('database system is shut down')
    expect(log).not.toContain('database system was interrupted')
  })

  it('leaves its engines serving when it is killed, and adopts them when it comes back', async () => {
    const pids = postmastersOf(site.dataDir, shop.instance.id)
    const startedAt = await postmasterStart(shop.login)
    await server.kill()
    expect(await shop.countOrders()).toBe(ordersOfShop)

    server = await site.start()
    await healthBecomes(server, shop, 'HEALTHY')
    expect(postmastersOf(site.dataDir, shop.instance.id)).toEqual(pids)
    expect(await postmasterStart(shop.login)).toBe(startedAt)
    const restarted = await createServerApi(server).changeAndWait('restart', shop.instance.id)
    expect(restarted).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
    expect(await postmasterStart(shop.login)).not.toBe(startedAt)
  })

  it('leaves an instance stopped that was stopped', async () => {
    await createServerApi(server).changeAndWait('stop', shop.instance.id)
    await server.stop('SIGTERM')
    server = await site.start()
    expect(await createServerApi(server).instance(shop.instance.id)).toMatchObject({ status: 'STOPPED' })
    expect(postmastersOf(site.dataDir, shop.instance.id)).toEqual([])
    await createServerApi(server).changeAndWait('start', shop.instance.id)
    expect(await shop.countOrders()).toBe(ordersOfShop)
  })
})

/** Whether it is a whole volume of the kind and the size that its name says, detached; of a directory, whether all of the template is there. */
const isPreparedVolume = ({ prepared, templates }: ReturnType<typeof layoutOf>, entry: string): boolean => {
  const [, kind, gib, template = ''] = /^(loop|directory)-(\d+)-(template-.+)-[0-9a-f]{8}$/.exec(entry) ?? []
  const [directory, image] = ['volume', 'volume.img'].map((name) => join(prepared, entry, name))
  if (!directory || !image) return false
  const names = pathsBelow(directory)
  if (kind === 'loop') return names.length === 0 && statSync(image).size === Number(gib) * 2 ** 30
  const whole = [template, ...pathsBelow(join(templates, template)).map((path) => join(template, path))]
  return kind === 'directory' && !existsSync(image) && isDeepStrictEqual(names.sort(), whole.sort())
}

// Of the agent alone, which is the same in both forms.
describe('a server that is stopped while it prepares a volume ahead of need', () => {
  const site = createServerSite('prepared')

  it('stops as quickly, and leaves nothing running or mounted', async () => {
    const server = await site.start()
    const layout = layoutOf(site.dataDir)
    const { prepared } = layout
    // A directory shows what is copied to it; a volume of its own is seen by its mount.
    const isBegun = () =>
      tracesOfRunning(site.dataDir).mounts.some((mount) => mount.includes('/prepared/new-')) ||
      pathsBelow(prepared).some((path) => path.includes('/volume/template-'))
    await waitFor('a volume in the making', isBegun)
    const stoppedAt = performance.now()
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect(performance.now() - stoppedAt).toBeLessThan(15_000)
    expect(tracesOfRunning(site.dataDir)).toEqual({ processes: [], cgroups: [], mounts: [], loopDevices: [] })
    // One that was finished a moment before may stay: it is for the next start.
    expect(readdirSync(prepared).filter((entry) => !isPreparedVolume(layout, entry))).toEqual([])
  })
})

onEverySite('roles', (site) =>
  describe('an agent and a control plane in processes of their own', () => {
    const control = () => site.startRoles('api,saga,projector', { COFFER_HOST_LOST_AFTER: '5' })
    const agent = () => site.startRoles('agent')
    let api: ServerProcess
    let host: ServerProcess
    let shop: Shop

    it('make an instance together', async () => {
      api = await control()
      host = await agent()
      await waitFor('the agent to register', async () => {
        const { datastores } = await createServerApi(api).request<{ datastores: readonly object[] }>(
          '{ datastores { type } }',
        )
        return datastores.length > 0
      })
      shop = await makeShop(createServerApi(api))
    })

    it('leave the databases running when the agent is stopped, and tell that it is away', async () => {
      const startedAt = await postmasterStart(shop.login)
      expect(await host.stop('SIGTERM')).toEqual({ code: 0, signal: null })
      expect(await postmasterStart(shop.login)).toBe(startedAt)
      expect(await healthBecomes(api, shop, 'UNREACHABLE')).toMatchObject({ status: 'ACTIVE' })

      host = await agent()
      await healthBecomes(api, shop, 'HEALTHY')
      expect(await postmasterStart(shop.login)).toBe(startedAt)
    })

    it('finish what was asked for while the agent was away', async () => {
      await host.kill()
      const { operation } = await createServerApi(api).change('restart', shop.instance.id)
      const startedAt = await postmasterStart(shop.login)
      host = await agent()
      expect(await createServerApi(api).operationEnd(operation.id)).toMatchObject({ status: 'SUCCEEDED' })
      expect(await postmasterStart(shop.login)).not.toBe(startedAt)
    })

    it('leave the databases running when the control plane is stopped or killed', async () => {
      const startedAt = await postmasterStart(shop.login)
      await api.stop('SIGTERM')
      api = await control()
      await api.kill()
      expect(await postmasterStart(shop.login)).toBe(startedAt)
      api = await control()
      expect(await createServerApi(api).changeAndWait('delete', shop.instance.id)).toMatchObject({ status: 'DELETED' })
      await api.stop()
      await host.stop()
    })
  }),
)
