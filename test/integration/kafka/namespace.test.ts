import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'
import { expect, it } from 'vitest'
import {
  type IncomingMessage,
  type MessageBus,
  MessageBusUnavailable,
  PoisonMessage,
} from '../../../commands/ports/message-bus.ts'
import { waitFor } from '../../support/wait-for.ts'
import { needKafka } from './need-kafka.ts'
import { createTestBus } from './test-bus.ts'

const retentionMs = 3_600_000
const one = `test${randomUUID().slice(0, 8)}`
/** The last one begins as the first does. */
const namespaces = [one, null, `${one}b`] as const

/** Refuses the message "poison", and keeps the others. */
const consume = async (bus: MessageBus, topic: string, group: string) => {
  const handled: IncomingMessage[] = []
  const consumer = bus.consume({
    group,
    topics: [topic],
    start: 'earliest',
    handle: async (message) => {
      if (message.value === '"poison"') throw new PoisonMessage('as its name says')
      handled.push(message)
    },
  })
  await consumer.ready
  return { handled, stop: consumer.stop }
}

const namesOnBroker = async (brokers: readonly string[]) => {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  const [topics, { groups }] = [await admin.listTopics(), await admin.listGroups()]
  await admin.disconnect()
  return { topics, groups: groups.map(({ groupId }) => groupId) }
}

it('systems in different namespaces use the same names on one Kafka and meet nowhere', async (context) => {
  const brokers = needKafka(context)
  const [topic, group] = [`topic-${randomUUID()}`, `group-${randomUUID()}`]
  const systems = await Promise.all(
    namespaces.map(async (namespace) => {
      const bus = createTestBus(brokers, { namespace })
      await bus.ensureTopics([{ name: topic, partitions: 1, retentionMs }])
      return { namespace, bus, ...(await consume(bus, topic, group)) }
    }),
  )
  const [poisoned] = systems
  if (poisoned === undefined) throw new Error('there is no system')
  await poisoned.bus.publish([{ topic, key: 'k', value: '"poison"' }])
  for (const { namespace, bus } of systems) await bus.publish([{ topic, key: 'k', value: JSON.stringify(namespace) }])

  for (const { namespace, bus, handled, stop } of systems) {
    await waitFor('the message of this system', () => handled.length > 0)
    expect(handled).toMatchObject([{ topic, value: JSON.stringify(namespace) }])
    await stop()
    expect(await bus.lag(group)).toEqual([{ topic, group, messages: 0 }])

    const { letters } = await bus.deadLetters.read(topic, { direction: 'ascending', limit: 5 })
    const isPoisoned = bus === poisoned.bus
    expect(letters.map(({ place, message, group: by }) => ({ place, topic: message.topic, by }))).toEqual(
      isPoisoned ? [{ place: { topic, partition: 0, offset: '0' }, topic, by: group }] : [],
    )
    expect((await bus.deadLetters.topics()).includes(topic)).toBe(isPoisoned)
  }

  await systems[1]?.bus.publish([{ topic, key: 'k', value: '"one more"' }])
  expect(await Promise.all(systems.map(async ({ bus }) => (await bus.lag(group))[0]?.messages))).toEqual([0, 1, 0])

  const other = await consume(poisoned.bus, topic, `${group}-b`)
  await waitFor('the message of this system', () => other.handled.length > 0)
  await other.stop()

  const found = await namesOnBroker(brokers)
  const expected = (name: string) => [`${one}.${name}`, name, `${one}b.${name}`]
  expect(found.topics).toEqual(expect.arrayContaining(expected(topic)))
  expect(found.groups).toEqual(expect.arrayContaining(expected(group)))
  expect((await poisoned.bus.removeGroups(group)).toSorted()).toEqual([group, `${group}-b`])
  const left = await namesOnBroker(brokers)
  expect(left.groups.filter((name) => name.includes(group)).toSorted()).toEqual([group, `${one}b.${group}`].toSorted())
  for (const { bus } of systems) await bus.close()
})

it('a bus in a namespace asks the time by a topic of its own, and names in its errors what the brokers know', async (context) => {
  const brokers = needKafka(context)
  const bus = createTestBus(brokers, { namespace: one })
  await bus.now()
  expect((await namesOnBroker(brokers)).topics).toContain(`${one}.coffer.clock`)
  const absent = `topic-${randomUUID()}`
  const refused = bus.publish([{ topic: absent, key: 'k', value: '1' }])
  await expect(refused).rejects.toThrow(MessageBusUnavailable)
  await expect(refused).rejects.toThrow(`topic ${one}.${absent} does not exist`)
  await bus.close()
})
