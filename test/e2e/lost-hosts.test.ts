import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostFragment as Host, QuotaFragment as Quota } from '../../ops/cli/generated/graphql.ts'
import { layoutOf, nodesOfInstance, noTraces, tracesOfInstance } from '../support/host-traces.ts'
import { issueJoinToken } from '../support/join-token.ts'
import { startCentralStores } from '../support/kafka/central-stores.ts'
import { whyNoKafka } from '../support/kafka/distribution.ts'
import { canBeMachine, machine } from '../support/machine.ts'
import { loginTo, queryOnce } from '../support/postgresql-client.ts'
import { createServerApi, type ServerApi } from '../support/server-api.ts'
import { firstEnginePort, type ServerProcess } from '../support/server-process.ts'
import { createServerSite, type ServerSite } from '../support/server-site.ts'
import { makeShop, type Shop } from '../support/shop.ts'
import { waitFor } from '../support/wait-for.ts'

const noKafka = await whyNoKafka()
const soon = { COFFER_HOST_LOST_AFTER: '5' }

const hostsOf = async (api: ServerApi): Promise<readonly Host[]> =>
  (await api.request<{ hosts: { nodes: readonly Host[] } }>('{ hosts { nodes { id name status claimed { vcpus } } } }'))
    .hosts.nodes
const hostBecomes = (api: ServerApi, name: string, status: Host['status']) =>
  waitFor(`host ${name} to be ${status}`, async () =>
    (await hostsOf(api)).some((host) => host.name === name && host.status === status),
  )
const usedInstances = async (api: ServerApi): Promise<number> =>
  (await api.request<{ quota: Quota }>('{ quota { used { instances } } }')).quota.used.instances
const isOffered = (api: ServerApi) =>
  waitFor('the offer of an agent', async () => {
    const { datastores } = await api.request<{ datastores: readonly object[] }>('{ datastores { type } }')
    return datastores.length > 0
  })

/** A delete on a host that is lost, which is over at once. */
const deleteAtOnce = async (api: ServerApi, { instance }: Shop): Promise<void> => {
  expect(await api.changeAndWait('delete', instance.id)).toMatchObject({ status: 'DELETED' })
  await waitFor('its quota to be free', async () => (await usedInstances(api)) === 0)
}

describe('embedded: a delete on a host whose agent is gone', () => {
  const site = createServerSite('lost-host')
  const startAgent = () => site.start({ args: ['--role', 'agent'], env: { COFFER_AGENT_NAME: 'only' } })
  let api: ServerApi
  let shop: Shop
  let agent: ServerProcess

  beforeAll(async () => {
    api = createServerApi(await site.start({ args: ['--role', 'api,saga,projector'], env: soon }))
    agent = await startAgent()
    await isOffered(api)
    shop = await makeShop(api)
    await agent.kill()
    await hostBecomes(api, 'only', 'LOST')
  })

  it('is over at once, frees its quota and its name, and is carried out when the agent is back', async () => {
    await deleteAtOnce(api, shop)
    expect(await shop.countOrders()).toBeGreaterThan(0)
    agent = await startAgent()
    await waitFor(
      'nothing to be left',
      () => Object.values(tracesOfInstance(site.dataDir, shop.instance.id)).flat().length === 0,
    )
    expect(tracesOfInstance(site.dataDir, shop.instance.id)).toEqual(noTraces)
    const again = await makeShop(api)
    expect(await api.changeAndWait('delete', again.instance.id)).toMatchObject({ status: 'DELETED' })
  })
})

const defineDistributed = (): void => {
  const closing: (() => unknown)[] = []
  // Registered first, so that it runs last: hooks after tests run in the opposite order.
  afterAll(async () => {
    for (const close of closing.toReversed()) await close()
  })
  const central = createServerSite('lost-hosts-central')
  const sites = { first: createServerSite('lost-hosts-first'), second: createServerSite('lost-hosts-second') }
  type Name = keyof typeof sites
  const ports: Readonly<Record<Name, string>> = {
    first: `${firstEnginePort}-${firstEnginePort + 11}`,
    second: `${firstEnginePort + 12}-${firstEnginePort + 23}`,
  }
  let broker: string
  let api: ServerApi
  let shop: Shop
  let server: ServerProcess
  const joinTokens = new Map<Name, string>()
  const startHost = async (name: Name): Promise<ServerProcess> => {
    const joinToken = joinTokens.get(name) ?? (await issueJoinToken(server))
    joinTokens.set(name, joinToken)
    return sites[name].start({
      args: ['--role', 'agent'],
      within: machine,
      env: {
        COFFER_KAFKA_BROKERS: broker,
        COFFER_NAMESPACE: 'none',
        COFFER_AGENT_NAME: name,
        COFFER_ENGINE_PORTS: ports[name],
        // Still there at the next start, as in the file of a unit.
        COFFER_JOIN_TOKEN: joinToken,
      },
    })
  }
  /** Of its first node, or of the one that took its place. */
  const hasFilesOf = ({ dataDir }: ServerSite, instanceId: string): boolean =>
    nodesOfInstance(instanceId).some((id) => existsSync(layoutOf(dataDir).node(id)))

  beforeAll(async () => {
    const { kafka, environment } = await startCentralStores(closing)
    broker = kafka.address
    server = await central.start({ args: ['--role', 'api,saga,projector'], env: { ...environment, ...soon } })
    api = createServerApi(server)
  })

  it('make a database on another host when the first one dies in the middle of it', async () => {
    const first = await startHost('first')
    await isOffered(api)
    const created = await api.create({ name: 'shop', databases: [{ name: 'app' }], users: [{ name: 'app' }] })
    await waitFor('its first half', () => hasFilesOf(sites.first, created.instance.id))
    await first.kill()
    expect(await api.instance(created.instance.id)).toMatchObject({ status: 'PROVISIONING' })
    const second = await startHost('second')
    await hostBecomes(api, 'first', 'LOST')
    const instance = await api.settled(created.operationId)
    expect(instance).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
    const [credential] = created.credentials
    if (!credential) throw new Error('no credentials were given')
    const login = loginTo(instance, credential)
    expect(await queryOnce(login, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    const countOrders = async () =>
      (await queryOnce<{ n: number }>(login, 'SELECT count(*)::int AS n FROM orders'))[0]?.n
    await queryOnce(login, 'CREATE TABLE orders AS SELECT generate_series(1, 10) AS id')
    shop = { instance, login, countOrders }
    closing.push(() => second.kill())
  })

  it('have the first one remove its half when it is back, free its room, and touch nothing of the other', async () => {
    expect(hasFilesOf(sites.first, shop.instance.id)).toBe(true)
    await startHost('first')
    await hostBecomes(api, 'first', 'UP')
    await waitFor('its half to be gone', () => !hasFilesOf(sites.first, shop.instance.id))
    await waitFor('its room to be free', async () =>
      (await hostsOf(api)).some(({ name, claimed }) => name === 'first' && claimed?.vcpus === 0),
    )
    expect(await shop.countOrders()).toBe(10)
    expect(await api.instance(shop.instance.id)).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
  })

  it('make nothing on the one that is cordoned, which is emptier', async () => {
    const env = { COFFER_URL: server.url, COFFER_TOKEN: server.adminToken }
    const cli = async (...args: readonly string[]) => {
      const { stdout } = await central.cli([...args, '-o', 'json'], { env })
      return JSON.parse(stdout)
    }
    await cli('admin', 'host', 'cordon', 'first', '--reason', 'a new disk')
    const { instance } = await api.provision({ name: 'placed' })
    expect(hasFilesOf(sites.second, instance.id)).toBe(true)
    expect(hasFilesOf(sites.first, instance.id)).toBe(false)
    expect(await cli('admin', 'host', 'cordon', 'second')).toMatchObject({ name: 'second', cordon: { reason: null } })
    const refused = await cli('instance', 'create', 'nowhere', '--datastore', 'postgresql')
    expect(refused).toMatchObject({ error: { code: 'NO_CAPACITY', details: { reason: 'CORDONED' } } })
    for (const host of ['first', 'second']) await cli('admin', 'host', 'uncordon', host)
    expect(await cli('instance', 'delete', 'placed', '--yes', '--wait')).toMatchObject({ status: 'DELETED' })
  })

  it('bring a database back as ACTIVE whose host died and returned', async () => {
    await sites.second.killServers()
    await hostBecomes(api, 'second', 'LOST')
    expect(await api.instance(shop.instance.id)).toMatchObject({ health: 'UNREACHABLE' })
    await startHost('second')
    await waitFor('it to be well again', async () => {
      const { status, health } = await api.instance(shop.instance.id)
      return status === 'ACTIVE' && health === 'HEALTHY'
    })
    expect(await shop.countOrders()).toBe(10)
  })

  it('settle a delete on a lost host at once, and remove the data when the host is back', async () => {
    await sites.second.killServers()
    await hostBecomes(api, 'second', 'LOST')
    await deleteAtOnce(api, shop)
    expect(hasFilesOf(sites.second, shop.instance.id)).toBe(true)
    await startHost('second')
    await waitFor('its data to be gone', () => !hasFilesOf(sites.second, shop.instance.id))
  })
}

describe('distributed: hosts that die', { timeout: 240_000 }, () => {
  const missing = canBeMachine ? null : 'needs root, to run agents as on machines of their own'
  if (missing) it('lose no create and no delete (needs root)', (context) => context.skip(missing))
  else if (noKafka) it('lose no create and no delete', (context) => context.skip(noKafka))
  else defineDistributed()
})
