import type { TestProject } from 'vitest/node'
import { startEventStoreStandIn } from './eventstore-standin/server.ts'
import { whyNoKafka } from './kafka/distribution.ts'
import { findKafka } from './kafka/shared-broker.ts'
import { findRealEventStore } from './real-event-store.ts'
import { noRedisServer, startRedisServer } from './redis/redis-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly stores: SharedStores
  }
}

export type StoreAddresses = {
  readonly eventStoreUrl: string
  readonly brokers: readonly string[]
  readonly redisUrl: string
}

/** Where the test files of this run find the distributed stores, each in a namespace of its own, or why they do not. */
export type SharedStores = StoreAddresses | { readonly missing: string }

/** Why the distributed stores cannot be started here, or null. */
export const whyNotDistributed = async (): Promise<string | null> => noRedisServer() ?? (await whyNoKafka())

type Stop = () => unknown
type Missing = { readonly missing: string }

/**
 * Kafka, Redis and an event store, once for all test files of a run: what COFFER_TEST_KAFKA_BROKERS, COFFER_TEST_REDIS_URL and
 * COFFER_TEST_EVENTSTORE_URL name, else servers of our own; the event store is then the stand-in, in this process, if none runs in a container.
 */
export default async function shareStores(project: TestProject): Promise<() => Promise<void>> {
  const stops: Stop[] = []
  project.provide('stores', await openStores(stops))
  return async () => {
    for (const stop of stops.toReversed()) await stop()
  }
}

const openStores = async (stops: Stop[]): Promise<SharedStores> => {
  const redis = await findRedis()
  if ('missing' in redis) return redis
  stops.push(redis.stop)
  const kafka = await findKafka()
  if ('missing' in kafka) return kafka
  stops.push(kafka.stop)
  const eventStore = await findEventStore()
  stops.push(eventStore.stop)
  return { eventStoreUrl: eventStore.url, brokers: kafka.brokers, redisUrl: redis.url }
}

const findRedis = async (): Promise<{ readonly url: string; readonly stop: Stop } | Missing> => {
  const given = process.env.COFFER_TEST_REDIS_URL
  if (given) return { url: given, stop: () => {} }
  const missing = noRedisServer()
  return missing === null ? await startRedisServer() : { missing }
}

/** A real one where one can be had, else the stand-in, in this process. */
export const findEventStore = async (): Promise<{ readonly url: string; readonly stop: Stop }> => {
  const real = await findRealEventStore()
  if (!('missing' in real)) return real
  const standIn = await startEventStoreStandIn()
  return { url: standIn.url, stop: standIn.close }
}
