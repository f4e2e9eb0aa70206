import { setTimeout as delay } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { MessageBusUnavailable, type TopicSpec } from '../../ports/message-bus.ts'
import { whyNotTogether } from '../group-assignment.ts'
import { brokerRefusal, KafkaJSAggregateError } from './errors.ts'
import type { Renewable } from './renewable.ts'

/**
 * `stampedByBroker`: messages bear the time of the broker that took them, instead of that of who published them. `maxMessageBytes`: of what it
 * takes; default: what the broker is configured for.
 */
export type KafkaTopicSpec = TopicSpec & { readonly stampedByBroker?: true; readonly maxMessageBytes?: number }

export type Topics = {
  /** Creates what is missing and resolves when it can be used; a topic that exists is left as it is. */
  ensure(specs: readonly KafkaTopicSpec[]): Promise<void>
  /** Throws `MessageBusUnavailable`, naming them, when some do not exist. What was found once is believed until `forget`. */
  assertExist(names: readonly string[]): Promise<void>
  /** Throws `UnequalTopics` when some, which exist, have more partitions than others. */
  assertEquallyMany(names: readonly string[]): Promise<void>
  forget(): void
}

export type TopicsOptions = {
  /** Copies of each partition. Absent: three, or as many as there are brokers. */
  readonly replicationFactor?: number
}

const usualReplicas = 3
const defaultSegmentMs = 7 * 24 * 60 * 60 * 1000
const leastSegmentMs = 60_000
/** How long a new topic may take to be known to a broker. */
const knownWithinMs = 15_000
const knownPollMs = 50

export const createTopics = (admin: Renewable<Admin>, { replicationFactor }: TopicsOptions): Topics => {
  const known = new Set<string>()

  const existing = async (names: readonly string[]): Promise<ReadonlySet<string>> => {
    const all = new Set(await admin.use('listing the topics', (client) => client.listTopics()))
    return new Set(names.filter((name) => all.has(name)))
  }

  const create = async (specs: readonly KafkaTopicSpec[]): Promise<void> => {
    await admin.use('creating topics', async (client) => {
      const replicas = replicationFactor ?? Math.min(usualReplicas, (await client.describeCluster()).brokers.length)
      try {
        await client.createTopics({ topics: specs.map((spec) => toKafka(spec, replicas)), waitForLeaders: false })
      } catch (error) {
        if (!(error instanceof KafkaJSAggregateError)) throw error
        // Somebody else creates the same ones at this moment.
        const refused = error.errors.find((each) => brokerRefusal(each) !== 'TOPIC_ALREADY_EXISTS')
        if (refused !== undefined) throw refused
      }
      await untilKnown(
        client,
        specs.map(({ name }) => name),
      )
    })
  }

  return {
    ensure: async (specs) => {
      const unknown = specs.filter(({ name }) => !known.has(name))
      if (unknown.length === 0) return
      const found = await existing(unknown.map(({ name }) => name))
      const missing = unknown.filter(({ name }) => !found.has(name))
      if (missing.length > 0) await create(missing)
      for (const { name } of unknown) known.add(name)
    },
    assertExist: async (names) => {
      const unknown = names.filter((name) => !known.has(name))
      if (unknown.length === 0) return
      const found = await existing(unknown)
      for (const name of found) known.add(name)
      const absent = unknown.filter((name) => !found.has(name))
      if (absent.length === 0) return
      const list = absent.map((name) => `topic ${name} does not exist`).join(', ')
      throw new MessageBusUnavailable(`${list}, call ensureTopics first`)
    },
    assertEquallyMany: async (names) => {
      if (names.length < 2) return
      const { topics } = await admin.use('describing the topics', (client) =>
        client.fetchTopicMetadata({ topics: [...names] }),
      )
      const countOf = (name: string) => topics.find((topic) => topic.name === name)?.partitions.length ?? 0
      const refusal = whyNotTogether(new Map(names.map((name) => [name, countOf(name)])))
      if (refusal !== null) throw refusal
    },
    forget: () => known.clear(),
  }
}

/** What a broker says of a topic that is made and that it has not heard of yet, or not who leads it. */
const notYet: ReadonlySet<string | null> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'])

/** The client waits for leaders by itself and fails where the broker has not heard of the topic, which a busy one has not for a while. */
const untilKnown = async (client: Pick<Admin, 'fetchTopicMetadata'>, names: string[]): Promise<void> => {
  const deadline = performance.now() + knownWithinMs
  for (;;) {
    try {
      await client.fetchTopicMetadata({ topics: names })
      return
    } catch (error) {
      if (!notYet.has(brokerRefusal(error)) || performance.now() > deadline) throw error
    }
    await delay(knownPollMs)
  }
}

const toKafka = (spec: KafkaTopicSpec, replicas: number) => ({
  topic: spec.name,
  numPartitions: spec.partitions,
  replicationFactor: replicas,
  configEntries: [
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'retention.ms', value: String(spec.retentionMs) },
    // Only closed segments are ever removed, and by default one stays open for a week.
    { name: 'segment.ms', value: String(Math.max(leastSegmentMs, Math.min(spec.retentionMs, defaultSegmentMs))) },
    // With three copies one broker may be away: two still hold what was acknowledged.
    { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
    // Whoever publishes: of a codec that it does not have (all but gzip) this client would stop for good, and the size of what is unpacked has no limit.
    { name: 'compression.type', value: 'uncompressed' },
    ...(spec.stampedByBroker ? [{ name: 'message.timestamp.type', value: 'LogAppendTime' }] : []),
    ...(spec.maxMessageBytes ? [{ name: 'max.message.bytes', value: String(spec.maxMessageBytes) }] : []),
  ],
})
