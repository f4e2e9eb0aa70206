import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import { agentCommandsTopic, inboxGroup } from '../../../domain/guest/topics.ts'
import { parseHostId } from '../../../domain/ids.ts'
import { assertTopicsAreThere } from '../../../ops/compose/assert-topics-are-there.ts'
import { waitFor } from '../../support/wait-for.ts'
import { needKafka } from './need-kafka.ts'
import { createTestBus } from './test-bus.ts'

it('an agent is not ready while Kafka has lost the topic of its commands, and is again once that is recreated', async (context) => {
  const brokers = needKafka(context)
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const bus = createTestBus(brokers)
  // Another process: this one knows the topic and would not look for it again.
  const relay = createTestBus(brokers)
  const hostId = parseHostId(randomUUID())
  const name = agentCommandsTopic(hostId)
  const spec = { name, partitions: 1, retentionMs: 3_600_000 }
  const problem = () =>
    assertTopicsAreThere(bus, { isSaga: false, hostId }).then(
      () => null,
      (error: Error) => error.message,
    )
  try {
    await bus.ensureTopics([spec])
    const values: string[] = []
    const consumer = bus.consume({
      group: inboxGroup(hostId),
      topics: [name],
      start: 'earliest',
      handle: async ({ value }) => void values.push(value),
    })
    await consumer.ready
    expect(await problem()).toBe(null)

    await admin.deleteTopics({ topics: [name] })
    await waitFor('the loss to be told', async () => (await problem())?.includes(`has lost the topic ${name}`) === true)

    await relay.ensureTopics([spec])
    await relay.publish([{ topic: name, key: 'a', value: '1' }])
    await waitFor('commands to come through again', async () => (await problem()) === null && values.length === 1)
  } finally {
    await Promise.all([bus.close(), relay.close(), admin.disconnect()])
  }
})
