import { randomBytes, randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type EventStoreStandIn, startEventStoreStandIn } from './eventstore-standin/server.ts'
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

export type RestorableSite = DistributedSite & {
  /** Keeps the log as it is now. */
  readonly copyLog: () => void
  /** Stops the event store, puts the copy in its place, and starts it again. Kafka and Redis go on with what they have. */
  readonly putLogBack: () => Promise<void>
}

type OpenEventStore = { readonly url: string; readonly close: () => unknown }

/**
 * A Kafka and a Redis of their own and an event store, in a new namespace, for processes of single roles. Where a real event store can be had
 * (`findRealEventStore`), they use it; else the stand-in runs in the process of the test. The processes are gone
 * after the last test of the file (or `describe`).
 */
export const createDistributedSite = (label: string): DistributedSite => createSiteOn(label, startEventStore)

/** The same on the stand-in alone, whose log can be copied and put back. */
export const createRestorableSite = (label: string): RestorableSite => {
  const directory = mkdtempSync(join(tmpdir(), `coffer-${label}-log-`))
  const [file, copy] = [join(directory, 'log'), join(directory, 'copy')]
  let standIn: EventStoreStandIn | null = null
  const start = async (port?: number): Promise<EventStoreStandIn> => {
    standIn = await startEventStoreStandIn({ file, ...(port !== undefined && { port }) })
    return standIn
  }
  const close = (): void => {
    standIn?.close()
    rmSync(directory, { recursive: true, force: true })
  }
  const site = createSiteOn(label, async () => ({ url: (await start()).url, close }))
  return {
    ...site,
    copyLog: () => copyFileSync(file, copy),
    putLogBack: async () => {
      const port = standIn?.port
      standIn?.close()
      copyFileSync(copy, file)
      await start(port)
    },
  }
}

const startEventStore = async (): Promise<OpenEventStore> => {
  const real = await findRealEventStore()
  if (!('missing' in real)) return { url: real.url, close: real.stop }
  const standIn = await startEventStoreStandIn()
  return { url: standIn.url, close: standIn.close }
}

const createSiteOn = (label: string, openEventStore: () => Promise<OpenEventStore>): DistributedSite => {
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
      COFFER_EVENTSTORE_URL: await startLog(),
      COFFER_NAMESPACE: `test${randomUUID().replaceAll('-', '').slice(0, 24)}`,
      COFFER_KAFKA_BROKERS: kafka.address,
      COFFER_REDIS_URL: redis.url,
    }
  }
  const startLog = async (): Promise<string> => {
    const { url, close } = await openEventStore()
    closing.push(close)
    return url
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
