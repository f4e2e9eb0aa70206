import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'
import { describe, expect, inject, it } from 'vitest'
import type { MessageBus } from '../../../commands/ports/message-bus.ts'
import { deadLetterTopic } from '../../../domain/dead-letter/place.ts'
import { deadLettersContract } from '../../contracts/dead-letters.contract.ts'
import { openDeadLetterDesk } from '../../support/dead-letter-desk.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createTestBus } from './test-bus.ts'

const kafka = inject('kafka')

if ('missing' in kafka) {
  describe('the Kafka message bus', () => {
    it('keeps the contract of dead letters', (context) => context.skip(kafka.missing))
  })
} else {
  deadLettersContract('the Kafka message bus in a namespace', async () => {
    const bus = createTestBus(kafka.brokers, { namespace: 'test' })
    return { bus, dispose: bus.close }
  })

  describe('the Kafka message bus', () => {
    it('gets back a topic that was removed, with the parked message that is to be published to it', async () => {
      const bus = createTestBus(kafka.brokers)
      const topic = `coffer.test-${randomUUID()}`
      // As another program would: without what a consumer adds.
      await bus.ensureTopics([{ name: deadLetterTopic(topic), partitions: 1, retentionMs: 3_600_000 }])
      await bus.publish([{ topic: deadLetterTopic(topic), key: 'k', value: '1' }])
      const desk = await openDeadLetterDesk(bus)
      const [letter] = await desk.open(topic)
      expect(letter).toMatchObject({ error: null, attempts: null, group: null, origin: null })
      expect(await desk.replay(letter)).toMatchObject({ accepted: true })
      await desk.relayed()
      expect(await valuesIn(bus, topic)).toEqual(['1'])
      await desk.close()
      await bus.close()
    })

    it('reads those of other topics, and makes topics, after somebody has removed one that it had read', async () => {
      const bus = createTestBus(kafka.brokers)
      const [gone, kept] = [`coffer.test-${randomUUID()}`, `coffer.test-${randomUUID()}`]
      for (const topic of [gone, kept]) {
        await bus.ensureTopics([{ name: deadLetterTopic(topic), partitions: 1, retentionMs: 3_600_000 }])
        await bus.publish([{ topic: deadLetterTopic(topic), key: 'k', value: topic }])
      }
      const range = { direction: 'ascending', limit: 5 } as const
      expect((await bus.deadLetters.read(gone, range)).letters).toHaveLength(1)
      const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
      await admin.connect()
      await admin.deleteTopics({ topics: [deadLetterTopic(gone)] })
      // What it is asked first may find out that the topic is gone.
      const read = () => bus.deadLetters.read(kept, range).catch(() => null)
      const { letters } = await waitFor('the other letters', read)
      expect(letters.map(({ message }) => message.value)).toEqual([kept])
      await bus.ensureTopics([{ name: `topic-${randomUUID()}`, partitions: 1, retentionMs: 3_600_000 }])
      expect((await bus.deadLetters.read(gone, range)).letters).toEqual([])
      await Promise.all([bus.close(), admin.disconnect()])
    })

    it('reads on where the broker has removed the oldest dead letters', async () => {
      const bus = createTestBus(kafka.brokers)
      const topic = `coffer.test-${randomUUID()}`
      const name = deadLetterTopic(topic)
      await bus.ensureTopics([{ name, partitions: 1, retentionMs: 3_600_000 }])
      await bus.publish(['0', '1', '2'].map((value) => ({ topic: name, key: 'k', value })))
      const gone = { topic, partition: 0, offset: '0' }
      expect(await bus.deadLetters.get(gone)).toMatchObject({ message: { value: '0' } })
      await removeBefore(kafka.brokers, name, '2')
      expect(await bus.deadLetters.get(gone)).toBeNull()
      for (const direction of ['ascending', 'descending'] as const) {
        const { letters } = await bus.deadLetters.read(topic, { direction, limit: 5 })
        expect(letters.map(({ message }) => message.value)).toEqual(['2'])
      }
      const behind = await bus.deadLetters.read(topic, { direction: 'ascending', limit: 5, after: gone })
      expect(behind.letters.map(({ message }) => message.value)).toEqual(['2'])
      await bus.close()
    })
  })
}

const valuesIn = async (bus: MessageBus, topic: string): Promise<readonly string[]> => {
  const values: string[] = []
  const handle = async ({ value }: { value: string }): Promise<void> => {
    values.push(value)
  }
  const consumer = bus.consume({ group: randomUUID(), topics: [topic], start: 'earliest', handle })
  await waitFor('a message', () => values.length > 0)
  await consumer.stop()
  return values
}

const removeBefore = async (brokers: readonly string[], topic: string, offset: string): Promise<void> => {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  // The client deletes only of topics it has looked at before.
  await admin.fetchTopicOffsets(topic)
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] })
  await admin.disconnect()
}
