import kafkajs from 'kafkajs'
import { describe, inject, it } from 'vitest'
import type { MessageBus } from '../../../commands/ports/message-bus.ts'
import { messageBusContract } from '../../contracts/message-bus.contract.ts'
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
      failWrites: () => failWrites(kafka.brokers),
      dispose: async () => {
        for (const bus of opened) await bus.close()
      },
    }
  })
}

/** Has the broker refuse whatever is larger than next to nothing. */
const failWrites = async (brokers: readonly string[]): Promise<() => Promise<void>> => {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((name) => /^topic-[0-9a-f-]{36}/.test(name))
  const allowBytes = (bytes: number) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: topics.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configEntries: [{ name: 'max.message.bytes', value: String(bytes) }],
      })),
    })
  await allowBytes(100)
  return async () => {
    await allowBytes(1_048_588)
    await admin.disconnect()
  }
}
