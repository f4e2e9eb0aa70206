import { randomUUID } from 'node:crypto'
import { EventStoreDBClient, FORWARDS, START } from '@eventstore/db-client'
import type { Redis } from 'ioredis'
import { createKafkaClient } from '../../commands/adapters/kafka/client.ts'
import { parseConnectionUrl } from '../../commands/adapters/kurrentdb/connection-url.ts'
import type { LogPlace } from './distributed-log.ts'
import { silentLog } from './silent-log.ts'
import { waitFor } from './wait-for.ts'

const readTimeoutMs = 60_000

/** Of every message in Kafka, in topics whose names begin like this: key, value and headers. By topic. */
export const readAllTopics = async (
  brokers: readonly string[],
  beginning = '',
): Promise<ReadonlyMap<string, string>> => {
  const kafka = createKafkaClient({ brokers, clientId: 'reads-all', log: silentLog })
  const admin = kafka.admin()
  const consumer = kafka.consumer({ groupId: `reads-all-${randomUUID()}`, maxWaitTimeInMs: 250 })
  const texts = new Map<string, string>()
  const left = new Map<string, bigint>()
  await Promise.all([admin.connect(), consumer.connect()])
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(beginning))
    for (const topic of topics) {
      texts.set(topic, '')
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        if (BigInt(high) > BigInt(low)) left.set(`${topic}/${partition}`, BigInt(high) - 1n)
      }
    }
    await consumer.subscribe({ topics, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const { topic, partition, messages } = batch
        const pieces = messages.flatMap(({ key, value, headers = {} }) => [
          key,
          value,
          Buffer.from(JSON.stringify(headers)),
        ])
        texts.set(topic, (texts.get(topic) ?? '') + pieces.map((piece) => piece?.toString('latin1')).join('\n'))
        const place = `${topic}/${partition}`
        if (BigInt(batch.lastOffset()) >= (left.get(place) ?? 0n)) left.delete(place)
      },
    })
    await waitFor(`all of ${topics.length} topics to be read`, () => left.size === 0, readTimeoutMs)
  } finally {
    await Promise.all([admin.disconnect(), consumer.disconnect()])
  }
  return texts
}

/** All streams of the namespace in the event store, those of keys and of their metadata too: names, types, data and metadata of events. */
export const readWholeStore = async ({ url, namespace }: LogPlace): Promise<string> => {
  const { clientUrl } = parseConnectionUrl(url)
  const client = EventStoreDBClient.connectionString(clientUrl)
  const pieces: string[] = []
  try {
    const options = { direction: FORWARDS, fromPosition: START, maxCount: Number.MAX_SAFE_INTEGER } as const
    for await (const { event } of client.readAll(options)) {
      if (event?.streamId.includes(`${namespace}.`))
        pieces.push(event.streamId, event.type, textOf(event.data), textOf(event.metadata))
    }
  } finally {
    await client.dispose()
  }
  return pieces.join('\n')
}

const textOf = (content: unknown): string =>
  content instanceof Uint8Array ? Buffer.from(content).toString('latin1') : JSON.stringify(content)

/** Every key of Redis that matches, as in SCAN, with what it holds. By key. */
export const readAllKeys = async (redis: Redis, match = '*'): Promise<ReadonlyMap<string, string>> => {
  const texts = new Map<string, string>()
  for await (const keys of redis.scanStream({ count: 500, match })) {
    for (const key of keys as readonly string[]) texts.set(key, JSON.stringify(await readKey(redis, key)))
  }
  return texts
}

const readKey = async (redis: Redis, key: string): Promise<unknown> => {
  const type = await redis.type(key)
  switch (type) {
    case 'string':
      return redis.get(key)
    case 'hash':
      return redis.hgetall(key)
    case 'list':
      return redis.lrange(key, 0, -1)
    case 'set':
      return redis.smembers(key)
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES')
    case 'stream':
      return redis.xrange(key, '-', '+')
    case 'none':
      // Its time was over.
      return null
    default:
      throw new Error(`nobody knows how to read key ${key} of type ${type}`)
  }
}
