import kafkajs, { type Admin } from 'kafkajs'
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
