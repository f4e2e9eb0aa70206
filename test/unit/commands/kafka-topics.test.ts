import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs'
import { expect, it } from 'vitest'
import type { Renewable } from '../../../commands/adapters/kafka/renewable.ts'
import { createTopics } from '../../../commands/adapters/kafka/topics.ts'

const refusal = (type: string) => new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), { type, code: 3 }))

/** A broker that takes a topic and answers so when it is asked for it, until it answers as it should. */
const slowBroker = (answers: string[]) => {
  const client = {
    listTopics: async () => [],
    describeCluster: async () => ({ brokers: [{}] }),
    createTopics: async () => true,
    fetchTopicMetadata: async () => {
      const type = answers.shift()
      if (type !== undefined) throw refusal(type)
      return { topics: [] }
    },
  }
  // As much of the client as is used.
  const admin: Renewable<Admin> = { use: (_what, work) => work(client as unknown as Admin), close: async () => {} }
  return createTopics(admin, {})
}

const spec = { name: 'new', partitions: 1, retentionMs: 1 }

it('a topic is waited for that Kafka has made and not heard of yet', async () => {
  const answers = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION']
  await slowBroker(answers).ensure([spec])
  expect(answers).toEqual([])
})

it('a topic is not waited for that Kafka will never show', async () => {
  const answers = ['TOPIC_AUTHORIZATION_FAILED', 'UNKNOWN_TOPIC_OR_PARTITION']
  await expect(slowBroker(answers).ensure([spec])).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED')
  expect(answers).toHaveLength(1)
})

it.each([
  { brokers: 1, copies: 1, inSync: '1' },
  { brokers: 2, copies: 2, inSync: '1' },
  { brokers: 3, copies: 3, inSync: '2' },
  { brokers: 5, copies: 3, inSync: '2' },
])(
  'a topic has $copies copies on $brokers brokers, so that one of several may be away',
  async ({ brokers, copies, inSync }) => {
    const asked: ITopicConfig[] = []
    const client = {
      listTopics: async () => [],
      describeCluster: async () => ({ brokers: Array.from({ length: brokers }, () => ({})) }),
      createTopics: async ({ topics }: { topics: ITopicConfig[] }) => asked.push(...topics),
      fetchTopicMetadata: async () => ({ topics: [] }),
    }
    const admin: Renewable<Admin> = { use: (_what, work) => work(client as unknown as Admin), close: async () => {} }
    await createTopics(admin, {}).ensure([{ name: 'new', partitions: 4, retentionMs: 3_600_000 }])
    expect(asked).toMatchObject([{ topic: 'new', numPartitions: 4, replicationFactor: copies }])
    const settings = Object.fromEntries(asked[0]?.configEntries?.map(({ name, value }) => [name, value]) ?? [])
    expect(settings).toMatchObject({ 'retention.ms': '3600000', 'min.insync.replicas': inSync })
  },
)
