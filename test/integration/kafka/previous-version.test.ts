import { afterAll, beforeAll, expect, it } from 'vitest'
import { type IncomingMessage, PoisonMessage } from '../../../commands/ports/message-bus.ts'
import { type KafkaBroker, startKafkaBroker } from '../../support/kafka/broker.ts'
import { kafkaVersions, whyNoKafka } from '../../support/kafka/distribution.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createTestBus } from './test-bus.ts'

const missing = await whyNoKafka(kafkaVersions.previous)
let broker: KafkaBroker

beforeAll(async () => {
  if (missing === null) broker = await startKafkaBroker({ version: kafkaVersions.previous })
})

afterAll(async () => {
  await broker?.dispose()
})

it(`Kafka ${kafkaVersions.previous} carries messages, dead letters and offsets as well`, async (context) => {
  if (missing !== null) return context.skip(missing)
  const bus = createTestBus([broker.address])
  const [topic, group] = ['topic', 'group']
  await bus.ensureTopics([{ name: topic, partitions: 3, retentionMs: 3_600_000 }])
  await bus.publish(['1', '2', '3', '4'].map((value) => ({ topic, key: value, value })))
  const messages: IncomingMessage[] = []
  const consumer = bus.consume({
    group,
    topics: [topic],
    start: 'earliest',
    handle: async (message) => {
      if (message.value === '3') throw new PoisonMessage('not three')
      messages.push(message)
    },
  })
  await waitFor('the others to be handled', () => messages.length === 3)
  expect(messages.map(({ value }) => value).toSorted()).toEqual(['1', '2', '4'])
  const letters: IncomingMessage[] = []
  const reader = bus.consume({
    group: 'letters',
    topics: [`${topic}.dead-letters`],
    start: 'earliest',
    handle: async (message) => void letters.push(message),
  })
  await waitFor('the dead letter', () => letters.length === 1)
  expect(letters[0]).toMatchObject({ value: '3', headers: { 'coffer-error': 'PoisonMessage: not three' } })
  await Promise.all([consumer.stop(), reader.stop()])
  expect(await bus.lag(group)).toEqual([{ topic, group, messages: 0 }])
  await bus.close()
})
