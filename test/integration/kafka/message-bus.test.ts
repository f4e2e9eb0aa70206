import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'
import { describe, inject, it } from 'vitest'
import type { MessageBus } from '../../../commands/ports/message-bus.ts'
import { messageBusContract } from '../../contracts/message-bus.contract.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createTestBus } from './test-bus.ts'

const kafka = inject('kafka')

if ('missing' in kafka) {
  describe('the Kafka message bus', () => {
    it('keeps the contract of the message bus', (context) => context.skip(kafka.missing))
  })
} else {
  messageBusContract('the Kafka message bus', async () => {
    const opened: MessageBus[] = []
    const open = (): MessageBus => {
      const bus = createTestBus(kafka.brokers, { timeoutMs: 8_000 })
      opened.push(bus)
      return bus
    }
    return {
      bus: open(),
      openSecond: async () => open(),
      failWrites: (topic) => failWrites(kafka.brokers, topic),
      dispose: async () => {
        for (const bus of opened) await bus.close()
      },
    }
  })
}

/**
 * Has the broker refuse whatever is larger than next to nothing. It answers a change before it keeps to it: another topic, changed after
 * this one, is written to until it does.
 */
const failWrites = async (brokers: readonly string[], topic: string): Promise<() => Promise<void>> => {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner, retry: { retries: 0 } })
  await Promise.all([admin.connect(), producer.connect()])
  const probed = `topic-${randomUUID()}`
  await admin.createTopics({ topics: [{ topic: probed, numPartitions: 1 }], waitForLeaders: true })
  const isTaken = () =>
    producer.send({ topic: probed, messages: [{ value: 'x'.repeat(1_000) }] }).then(
      () => true,
      () => false,
    )
  const allowBytes = async (bytes: number): Promise<void> => {
    for (const name of [topic, probed]) {
      const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }]
      const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }]
      await admin.alterConfigs({ validateOnly: false, resources })
    }
  }
  await waitFor('the other topic to be known', isTaken)
  await allowBytes(100)
  await waitFor('the broker to refuse', async () => !(await isTaken()))
  return async () => {
    await allowBytes(1_048_588)
    await waitFor('the broker to refuse no more', isTaken)
    await Promise.all([admin.disconnect(), producer.disconnect()])
  }
}
