import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll } from 'vitest'
import { startEventStoreStandIn } from './eventstore-standin/server.ts'
import { startKafkaBroker } from './kafka/broker.ts'
import { whyNoKafka } from './kafka/distribution.ts'
import { findRealEventStore } from './real-event-store.ts'
import { noRedisServer, startRedisServer } from './redis/redis-server.ts'
import type { Environment, ServerProcess } from './server-process.ts'
import { createServerSite } from './server-site.ts'

/** Why the distributed stores can not be had here, or null. */
export const whyNotDistributed = async (): Promise<string | null> => noRedisServer() ?? (await whyNoKafka())

export type DistributedSite = {
  readonly dataDir: string
  /** Starts a process of these roles on the stores of the site, the first of which start with it. */
  readonly start: (roles: string, env?: Environment) => Promise<ServerProcess>
}

/**
 * A Kafka and a Redis of their own and an event store, in a new namespace, for processes of single roles. Where a real event store can be had
 * (`findRealEventStore`), they use it; else the stand-in runs in the process of the test. The processes are gone
 * after the last test of the file (or `describe`).
 */
export const createDistributedSite = (label: string): DistributedSite => {
  const closing: (() => unknown)[] = []
  // Registered first, so that it runs last: hooks after tests run in the opposite order.
  afterAll(async () => {
    for (const close of closing.toReversed()) await close()
  })
  const site = createServerSite(label)

  const startStores = async () => {
    const kafka = await startKafkaBroker()
    closing.push(kafka.dispose)
    const redis = await startRedisServer()
    closing.push(redis.stop)
    return {
      COFFER_EVENTSTORE_URL: await startEventStore(),
      COFFER_NAMESPACE: `test${randomUUID().replaceAll('-', '').slice(0, 24)}`,
      COFFER_KAFKA_BROKERS: kafka.address,
      COFFER_REDIS_URL: redis.url,
    }
  }
  const startEventStore = async (): Promise<string> => {
    const real = await findRealEventStore()
    if (!('missing' in real)) {
      closing.push(real.stop)
      return real.url
    }
    const standIn = await startEventStoreStandIn()
    closing.push(standIn.close)
    return standIn.url
  }

  let stores: ReturnType<typeof startStores> | null = null
  const secrets = {
    COFFER_MASTER_KEY: randomBytes(32).toString('base64url'),
    COFFER_ADMIN_TOKEN: randomBytes(32).toString('base64url'),
  }
  return {
    dataDir: site.dataDir,
    start: async (roles, env = {}) => {
      stores ??= startStores()
      const { COFFER_KAFKA_BROKERS, COFFER_NAMESPACE, ...others } = await stores
      // An agent is given what it needs and nothing else.
      const needed = roles === 'agent' ? {} : { ...others, ...secrets }
      return site.start({ args: ['--role', roles], env: { COFFER_KAFKA_BROKERS, COFFER_NAMESPACE, ...needed, ...env } })
    },
  }
}
