import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OutgoingMessage } from '../../commands/ports/message-bus.ts'
import type { AgentReport } from '../../domain/guest/report.ts'
import { controlPlane, signMessage } from '../../domain/guest/signed-message.ts'
import { agentCommandsTopic, agentResultsTopic } from '../../domain/guest/topics.ts'
import { parseHostId, parseInstanceId } from '../../domain/ids.ts'
import { deriveSigner } from '../../kernel/signing.ts'
import { type HostFragment as Host, HostsDocument } from '../../ops/cli/generated/graphql.ts'
import type { Connection } from '../../ops/cli/pages.ts'
import { openBus } from '../../ops/compose/stores.ts'
import { loadConfig } from '../../ops/config.ts'
import { nodeOfInstance } from '../support/host-traces.ts'
import { issueJoinToken } from '../support/join-token.ts'
import { hostDescription } from '../support/scripted-agent.ts'
import { type SecuredStores, startSecuredStores } from '../support/secured-stores.ts'
import { createServerApi, type ServerApi } from '../support/server-api.ts'
import { type Environment, type ServerProcess, startRefusedServer, startServer } from '../support/server-process.ts'
import { createServerSite } from '../support/server-site.ts'
import { whyNotDistributed } from '../support/shared-stores.ts'
import { makeShop, ordersOfShop } from '../support/shop.ts'
import { silentLog } from '../support/silent-log.ts'
import { waitFor } from '../support/wait-for.ts'

const missing = await whyNotDistributed()
const wrongPassword = 'wrong-and-secret'
const reasons = {
  password: /WRONGPASS|does not accept this user and password|authentication failed/i,
  certificate: /certificate/,
  namespace: /NOPERM|not authorized/i,
}

const defineTests = (): void => {
  const site = createServerSite('secured')
  let stores: SecuredStores
  let environment: Environment
  let server: ServerProcess
  let agent: ServerProcess

  beforeAll(async () => {
    stores = await startSecuredStores(join(site.directory, 'stores'))
    environment = {
      ...stores.environment,
      COFFER_MASTER_KEY: randomBytes(32).toString('base64url'),
      COFFER_ADMIN_TOKEN: randomBytes(32).toString('base64url'),
    }
  })
  // Registered after the site's own, so that it runs before it.
  afterAll(() => stores?.close())

  const expectNothingSecret = (output: string): void => {
    for (const secret of [wrongPassword, ...stores.passwords]) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        expect(output).not.toContain(form)
      }
    }
  }

  it('serve roles that are told of them by the environment alone: a database is made', async () => {
    server = await site.start({ args: ['--role', 'saga,projector,api'], env: environment })
    const env = { ...stores.agentEnvironment, COFFER_JOIN_TOKEN: await issueJoinToken(server) }
    agent = await site.start({ args: ['--role', 'agent'], env })
    const api = createServerApi(server)
    await waitFor('the agent to register', async () => {
      const { datastores } = await api.request<{ datastores: readonly object[] }>('{ datastores { type } }')
      return datastores.length > 0
    })
    const shop = await makeShop(api)
    expect(await shop.countOrders()).toBe(ordersOfShop)
    expect(await api.changeAndWait('delete', shop.instance.id)).toMatchObject({ status: 'DELETED' })
    expectNothingSecret(server.output() + agent.output())
  })

  const countedBy = async ({ url }: ServerProcess, metric: string): Promise<Readonly<Record<string, number>>> => {
    const text = await (await fetch(`${url}/metrics`)).text()
    const found = text.matchAll(new RegExp(`^${metric}\\{reason="([^"]+)"\\} (\\d+)$`, 'gm'))
    return Object.fromEntries([...found].map(([, reason = '', count]) => [reason, Number(count)]))
  }
  const hostsOf = async (api: ServerApi) => {
    const { hosts } = await api.request<{ hosts: Connection<Host> }>(HostsDocument, {})
    return hosts.edges.map(({ node }) => node)
  }

  it('are no help to somebody who has the password of the agents: nothing changes, and it is seen', async () => {
    const api = createServerApi(server)
    const shop = await makeShop(api)
    const [before] = await hostsOf(api)
    if (!before) throw new Error('there is no host')
    const hostId = parseHostId(before.id)
    const { config } = loadConfig({ ...stores.agentEnvironment, COFFER_ROLES: 'agent' })
    const { bus, close } = openBus({ config, log: silentLog, onFatal: () => {} }, {})
    try {
      const instanceId = parseInstanceId(shop.instance.id)
      const nodeId = nodeOfInstance(shop.instance.id)
      const key = deriveSigner('rogue', 'rogue')
      const stamp = () => ({ reportId: randomUUID(), at: new Date().toISOString() })
      const host = { ...hostDescription({ hostId, name: before.name }), address: '203.0.113.7' }
      const says: readonly AgentReport[] = [
        { type: 'registered', ...stamp(), host, signingKey: key.publicKey },
        { type: 'health', ...stamp(), hostId, instanceId, nodeId, health: 'UNHEALTHY', reason: 'forged', epoch: 99 },
        { type: 'holdings', ...stamp(), hostId, holdings: [{ instanceId, nodeId, epoch: 99, held: null }] },
      ]
      const reports = says.map((report) => ({ topic: agentResultsTopic, key: hostId, value: JSON.stringify(report) }))
      const removal = {
        commandId: randomUUID(),
        operationId: randomUUID(),
        instanceId,
        nodeId,
        nodeGeneration: 1,
        hostId,
        epoch: 99,
        deadline: new Date(Date.now() + 60_000).toISOString(),
        payload: { kind: 'node-absent', sealingKey: null },
      }
      const command = { topic: agentCommandsTopic(hostId), key: nodeId, value: JSON.stringify(removal) }
      const signed = (message: OutgoingMessage, signer: string) => signMessage(message, { signer, sequence: 1, key })
      await bus.publish([...reports, ...reports.map((message) => signed(message, hostId))])
      await bus.publish([command, signed(command, controlPlane)])
      const heard = { unsigned: 3, 'another-key': 1, 'wrong-signature': 2 }
      await waitFor('the sagas to drop it', async () => {
        const counts = await countedBy(server, 'coffer_saga_untrusted_messages_total')
        return Object.entries(heard).every(([reason, count]) => counts[reason] === count)
      })
      await waitFor('the agent to drop it', async () => {
        const counts = await countedBy(agent, 'coffer_agent_untrusted_messages_total')
        return counts.unsigned === 1 && counts['wrong-signature'] === 1
      })
    } finally {
      await close()
    }
    const [after] = await waitFor('the refused key to be shown', async () => {
      const hosts = await hostsOf(api)
      return hosts[0]?.refusedKey !== null && hosts
    })
    expect(after).toMatchObject({ id: before.id, address: before.address, signingKey: before.signingKey })
    expect(await api.instance(shop.instance.id)).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
    expect(await shop.countOrders()).toBe(ordersOfShop)
    const { checks } = (await (await fetch(`${server.url}/readyz`)).json()) as { checks: readonly object[] }
    expect(checks).toContainEqual({ name: 'messages', ok: true, reason: expect.stringContaining('another-key: 1') })
    expect(await api.changeAndWait('delete', shop.instance.id)).toMatchObject({ status: 'DELETED' })
  })

  it('serve a host by an account of its own, which may do no more than it needs', async () => {
    const api = createServerApi(server)
    const [host] = await hostsOf(api)
    await agent.stop()
    await stores.allowHost(host?.id ?? '')
    agent = await site.start({ args: ['--role', 'agent'], env: stores.hostEnvironment })
    const shop = await makeShop(api)
    expect(await shop.countOrders()).toBe(ordersOfShop)
    expect(await api.changeAndWait('delete', shop.instance.id)).toMatchObject({ status: 'DELETED' })
    const { config } = loadConfig({ ...stores.hostEnvironment, COFFER_ROLES: 'agent' })
    const { bus, close } = openBus({ config, log: silentLog, onFatal: () => {} }, {})
    const other = { topic: agentCommandsTopic(parseHostId(randomUUID())), key: 'k', value: '{}' }
    await expect(bus.publish([other])).rejects.toThrow()
    await close()
  })

  const withUrl = (variable: string, change: (url: string) => string) => () => ({
    [variable]: change(environment[variable] ?? ''),
  })
  const otherPassword = (url: string): string => url.replace(/:[^:@/]+@/, `:${wrongPassword}@`)
  const strangersCa = (variable: string) => () => ({ [variable]: stores.strangersCa })

  it.each([
    ['the event store', 'password', 'saga', withUrl('COFFER_EVENTSTORE_URL', otherPassword)],
    [
      'the event store',
      'certificate',
      'saga',
      withUrl('COFFER_EVENTSTORE_URL', (url) =>
        url.replace(/tlsCAFile=.*/, `tlsCAFile=${encodeURIComponent(stores.strangersCa)}`),
      ),
    ],
    ['Redis', 'password', 'projector', withUrl('COFFER_REDIS_URL', otherPassword)],
    ['Redis', 'certificate', 'projector', strangersCa('COFFER_REDIS_CA_FILE')],
    ['Kafka', 'password', 'saga', () => ({ COFFER_KAFKA_PASSWORD: wrongPassword })],
    ['Kafka', 'certificate', 'saga', strangersCa('COFFER_KAFKA_CA_FILE')],
    ['Kafka', 'namespace', 'saga', () => ({ COFFER_NAMESPACE: 'green', COFFER_REDIS_URL: '' })],
    ['Redis', 'namespace', 'projector', () => ({ COFFER_NAMESPACE: 'green' })],
  ] as const)(
    'of which %s refuses the %s keep the role %s from starting, which says so',
    async (store, what, role, change) => {
      const { code, output, stderr } = await startRefusedServer({
        dataDir: join(site.directory, `refused-${role}`),
        args: ['--role', role],
        env: { ...environment, ...change() },
      })
      expect(code).toBe(1)
      const said = stderr.trim().split('\n').at(-1) ?? ''
      expect(said).toMatch(/^coffer: /)
      expect(said.toLowerCase()).toContain(store.toLowerCase())
      expect(said).toMatch(reasons[what])
      expectNothingSecret(output)
    },
  )

  it('of which Kafka refuses the password keep an agent from taking commands, and from nothing else', async () => {
    const refused = await startServer({
      dataDir: join(site.directory, 'refused-agent'),
      args: ['--role', 'agent'],
      env: { ...stores.agentEnvironment, COFFER_KAFKA_PASSWORD: wrongPassword, COFFER_ENGINES_ON_STOP: 'stop' },
    })
    await waitFor('it to say so', () => refused.output().includes('no connection to the bus'))
    const response = await fetch(`${refused.url}/readyz`)
    expect(response.status).toBe(503)
    const { checks } = (await response.json()) as { checks: readonly { name: string; ok: boolean; reason?: string }[] }
    expect(checks).toMatchObject([
      { name: 'server', ok: true },
      { name: 'bus', ok: false, reason: expect.stringMatching(/authentication failed/i) },
    ])
    expect(await refused.stop()).toEqual({ code: 0, signal: null })
    expectNothingSecret(refused.output())
  })

  it('end a process that Kafka lets in no more, with an error, for the supervisor to restart', async () => {
    await stores.kafka.halt('SIGKILL')
    await stores.kafka.setPassword('changed')
    await stores.kafka.start()
    for (const { ended, output } of [server, agent]) {
      expect(await ended).toEqual({ code: 1, signal: null })
      expect(output()).toContain('fatal: exiting so that the supervisor can restart this process')
      expect(output()).toMatch(/authentication failed/i)
      expectNothingSecret(output())
    }
  })
}

describe('stores with TLS, users and passwords', () => {
  if (missing) it('serve who knows them', (context) => context.skip(missing))
  else defineTests()
})
