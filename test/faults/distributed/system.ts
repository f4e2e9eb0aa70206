import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { LogPlace } from '../../support/distributed-log.ts'
import { plainAddressOf } from '../../support/eventstore-standin/plain-address.ts'
import { freePorts } from '../../support/free-ports.ts'
import { issueJoinToken } from '../../support/join-token.ts'
import { type KafkaBroker, startKafkaBroker } from '../../support/kafka/broker.ts'
import { mountDisk } from '../../support/mount-disk.ts'
import { type NetworkLink, startNetworkLink } from '../../support/network-link.ts'
import { canMount } from '../../support/privileges.ts'
import { type RedisServer, startRedisServer } from '../../support/redis/redis-server.ts'
import type { Environment } from '../../support/server-process.ts'
import { createServerSite } from '../../support/server-site.ts'
import { findEventStore } from '../../support/shared-stores.ts'
import { type SupervisedRole, superviseRole } from './supervised-role.ts'

export const roleNames = ['saga', 'projector', 'api', 'agent'] as const
export type RoleName = (typeof roleNames)[number]

/** `network`: what clients connect by, which is all that is broken of it; null where nothing can stand in between. */
export type BreakableEventStore = LogPlace & { readonly network: NetworkLink | null }

/** Every role once, in processes that are started anew when they end, on stores and a network that can be broken. */
export type BreakableSystem = {
  readonly kafka: KafkaBroker
  readonly redis: RedisServer
  readonly eventStore: BreakableEventStore
  readonly agentNetwork: NetworkLink
  readonly roles: Readonly<Record<RoleName, SupervisedRole>>
  readonly url: string
  readonly adminToken: string
  readonly masterKey: string
  /** Of the agent alone. Where this account may mount, a file system of its own. */
  readonly agentDataDir: string
}

/** Room for what clients have at once: two databases each. */
const agentDiskMiB = 6144

/** Call it in a `describe`, and the result in `beforeAll`. All is gone after the last test. */
export const breakableSystem = (label: string): (() => Promise<BreakableSystem>) => {
  const closing: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).toReversed()) await each()
  }
  // Hooks after tests run in the opposite order: the stores outlive the servers of the site, and these their supervisors.
  const stopStores: (() => unknown)[] = []
  afterAll(async () => {
    for (const stop of stopStores.toReversed()) await stop()
  })
  const site = createServerSite(label)
  afterAll(close)

  const startEventStore = async (): Promise<BreakableEventStore> => {
    const namespace = `test${randomUUID().replaceAll('-', '').slice(0, 24)}`
    const { url, stop } = await findEventStore()
    stopStores.push(stop)
    const plain = plainAddressOf(url)
    if (plain === null) return { url, namespace, network: null }
    const network = await startNetworkLink(plain)
    stopStores.push(network.close)
    return { url: `esdb://127.0.0.1:${network.port}?${plain.options}`, namespace, network }
  }

  return async () => {
    const kafka = await startKafkaBroker()
    stopStores.push(kafka.dispose)
    const redis = await startRedisServer()
    stopStores.push(redis.stop)
    const eventStore = await startEventStore()
    const agentNetwork = await startNetworkLink(kafka.proxied.server, kafka.proxied.clientsPort)
    stopStores.push(agentNetwork.close)
    if (canMount) mountDisk(site.dataDir, agentDiskMiB)

    const [apiPort = 0] = await freePorts(1)
    const adminToken = randomBytes(32).toString('base64url')
    const masterKey = randomBytes(32).toString('base64url')
    const central: Environment = {
      COFFER_DATA_DIR: join(site.directory, 'central'),
      COFFER_EVENTSTORE_URL: eventStore.url,
      COFFER_NAMESPACE: eventStore.namespace,
      COFFER_KAFKA_BROKERS: kafka.address,
      COFFER_REDIS_URL: redis.url,
      COFFER_MASTER_KEY: masterKey,
      COFFER_ADMIN_TOKEN: adminToken,
    }
    const environments: Readonly<Record<RoleName, Environment>> = {
      saga: central,
      projector: central,
      // The same address in every life.
      api: { ...central, COFFER_PORT: String(apiPort) },
      // It reaches the brokers by its own network, and nothing else.
      agent: {
        COFFER_KAFKA_BROKERS: kafka.proxied.address,
        COFFER_NAMESPACE: eventStore.namespace,
        COFFER_CAPACITY_VOLUME_GIB: '20',
      },
    }
    let joinToken = ''
    const start = async (role: RoleName): Promise<SupervisedRole> => {
      const supervised = await superviseRole((env) =>
        site.start({
          args: ['--role', role],
          env: { ...environments[role], ...(role === 'agent' && { COFFER_JOIN_TOKEN: joinToken }), ...env },
        }),
      )
      closing.push(supervised.abandon)
      return supervised
    }
    const saga = await start('saga')
    const projector = await start('projector')
    const api = await start('api')
    joinToken = await issueJoinToken({ url: api.url, adminToken })
    const agent = await start('agent')
    const roles = { saga, projector, api, agent }
    return {
      kafka,
      redis,
      eventStore,
      agentNetwork,
      roles,
      url: api.url,
      adminToken,
      masterKey,
      agentDataDir: site.dataDir,
    }
  }
}
