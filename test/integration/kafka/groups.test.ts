import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import type {
  ConsumeOptions,
  IncomingMessage,
  MessageBus,
  OutgoingMessage,
} from '../../../commands/ports/message-bus.ts'
import { waitFor } from '../../support/wait-for.ts'
import { needKafka } from './need-kafka.ts'
import { createTestBus } from './test-bus.ts'

/** The least that brokers allow. */
const sessionTimeoutMs = 6_000

const newTopic = async (bus: MessageBus, partitions: number): Promise<string> => {
  const name = `topic-${randomUUID()}`
  await bus.ensureTopics([{ name, partitions, retentionMs: 3_600_000 }])
  return name
}

const numbered = (topic: string, from: number, to: number): OutgoingMessage[] =>
  Array.from({ length: to - from }, (_, index) => ({ topic, key: `key-${from + index}`, value: String(from + index) }))

const values = (messages: readonly IncomingMessage[]): number[] => messages.map(({ value }) => Number(value))
const range = (to: number): number[] => Array.from({ length: to }, (_, index) => index)

describe('a consumer group on Kafka', () => {
  it('loses nothing and hardly repeats anything when a second member joins in the middle of a batch', async (context) => {
    const brokers = needKafka(context)
    const [here, there] = [createTestBus(brokers), createTestBus(brokers)]
    const topic = await newTopic(here, 4)
    const group = `group-${topic}`
    const total = 800
    await here.publish(numbered(topic, 0, total))
    const handled: { member: string; message: IncomingMessage }[] = []
    const consume = (bus: MessageBus, member: string) =>
      bus.consume({
        group,
        topics: [topic],
        start: 'earliest',
        handle: async (message) => {
          await new Promise((resolve) => setTimeout(resolve, 10))
          handled.push({ member, message })
        },
      })
    const first = consume(here, 'here')
    await waitFor('the first to be in the middle of it', () => handled.length >= 20)
    const second = consume(there, 'there')
    const seen = () => new Set(handled.map(({ message }) => message.value))
    await waitFor('everything to be handled', () => seen().size === total)

    expect([...seen()].map(Number).toSorted((a, b) => a - b)).toEqual(range(total))
    expect(handled.some(({ member }) => member === 'there')).toBe(true)
    // At most what was in hand, a partition that changed hands; far from the whole batch.
    expect(handled.length - total).toBeLessThanOrEqual(8)
    for (const [, own] of Map.groupBy(handled, ({ member, message }) => `${member} ${message.partition}`)) {
      const offsets = own.map(({ message }) => Number(message.offset))
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
    }
    await Promise.all([first.stop(), second.stop()])
    await Promise.all([here.close(), there.close()])
  })

  it('gives what a process had handled and not committed when it was killed to another one', async (context) => {
    const brokers = needKafka(context)
    const bus = createTestBus(brokers, { sessionTimeoutMs })
    const topic = await newTopic(bus, 1)
    const group = `group-${topic}`
    await bus.publish(numbered(topic, 0, 5))
    const script = join(import.meta.dirname, 'consume.ts')
    const child = spawn(process.execPath, [script, brokers.join(','), topic, group], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    await waitFor('the process to handle them', () => output === '0\n1\n2\n3\n4\n')
    child.kill('SIGKILL')

    const messages: IncomingMessage[] = []
    const consumer = bus.consume({
      group,
      topics: [topic],
      start: 'latest',
      handle: async (message) => void messages.push(message),
    })
    await waitFor('the other one to get them', () => messages.length === 5)
    expect(values(messages)).toEqual(range(5))
    await consumer.stop()
    await bus.close()
  })

  it('leaves a message to a handler that takes longer than a session lasts', async (context) => {
    const brokers = needKafka(context)
    const buses = [createTestBus(brokers, { sessionTimeoutMs }), createTestBus(brokers, { sessionTimeoutMs })]
    const topic = await newTopic(buses[0] as MessageBus, 1)
    const begun: number[] = []
    const done: number[] = []
    const consumers = buses.map((bus) =>
      bus.consume({
        group: `group-${topic}`,
        topics: [topic],
        start: 'earliest',
        handle: async ({ value }, signal) => {
          begun.push(Number(value))
          if (value === '0') await new Promise((resolve) => setTimeout(resolve, sessionTimeoutMs + 2_000))
          if (!signal.aborted) done.push(Number(value))
        },
      }),
    )
    await Promise.all(consumers.map(({ ready }) => ready))
    await buses[0]?.publish(numbered(topic, 0, 3))
    await waitFor('all to be done', () => done.length === 3)
    expect(begun).toEqual([0, 1, 2])
    await Promise.all(consumers.map((consumer) => consumer.stop()))
    await Promise.all(buses.map((bus) => bus.close()))
  })

  it('stops fetching a partition that is held up, and has all of it in the end', async (context) => {
    const said: string[] = []
    const say = (_: object, message: string) => void said.push(message)
    const bus = createTestBus(needKafka(context), { log: { debug: say, info: say, warn: say, error: say } })
    const topic = await newTopic(bus, 1)
    const total = 3_000
    const released = Promise.withResolvers<void>()
    const messages: IncomingMessage[] = []
    const consumer = bus.consume({
      group: `group-${topic}`,
      topics: [topic],
      start: 'earliest',
      handle: async (message) => {
        await released.promise
        messages.push(message)
      },
    })
    const text = 'x'.repeat(2_000)
    await bus.publish(range(total).map((n) => ({ topic, key: 'k', value: JSON.stringify({ n, text }) })))
    const times = (what: string) => said.filter((message) => message.includes(what)).length
    // The first time is until it is known where the group begins.
    await waitFor('the partition to be paused', () => times('Pausing fetching') === 2)
    await consumer.ready
    expect(await bus.lag(`group-${topic}`)).toEqual([{ topic, group: `group-${topic}`, messages: total }])
    released.resolve()
    await waitFor('all to be handled', () => messages.length === total)
    expect(messages.map(({ value }) => JSON.parse(value).n)).toEqual(range(total))
    expect(times('Resuming fetching')).toBeGreaterThanOrEqual(2)
    await consumer.stop()
    await bus.close()
  })

  it('goes on with the oldest there is where retention was faster, also who comes after one that had not handled any of it', async (context) => {
    const brokers = needKafka(context)
    const bus = createTestBus(brokers)
    const topic = await newTopic(bus, 1)
    const consume = (handle: ConsumeOptions['handle']) =>
      bus.consume({ group: `group-${topic}`, topics: [topic], start: 'latest', handle })
    const first = consume(async () => {})
    await first.ready
    await first.stop()
    await bus.publish(numbered(topic, 0, 10))
    const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
    await admin.connect()
    // This client deletes only in topics that it has looked at.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] })
    const begun: number[] = []
    const second = consume(async ({ value }, signal) => {
      begun.push(Number(value))
      await once(signal, 'abort')
    })
    await waitFor('the oldest that is left to be in hand', () => begun.length > 0)
    await second.stop(AbortSignal.abort())
    const messages: IncomingMessage[] = []
    const third = consume(async (message) => void messages.push(message))
    await bus.publish(numbered(topic, 10, 11))
    await waitFor('the last message', () => values(messages).includes(10))
    expect(begun).toEqual([6])
    expect(values(messages)).toEqual([6, 7, 8, 9, 10])
    await third.stop()
    await Promise.all([bus.close(), admin.disconnect()])
  })

  it('is shared with members of a version that gives out partitions in another way, and is theirs when those have left', async (context) => {
    const brokers = needKafka(context)
    const bus = createTestBus(brokers)
    const topics = [await newTopic(bus, 2), await newTopic(bus, 2)] as const
    const [first, second] = topics
    const group = `group-${first}`
    const old = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).consumer({
      groupId: group,
      heartbeatInterval: 500,
      maxWaitTimeInMs: 250,
    })
    const byOld: string[] = []
    await old.connect()
    await old.subscribe({ topics: [first], fromBeginning: true })
    await old.run({ eachMessage: async ({ message }) => void byOld.push(String(message.value)) })
    const messages: IncomingMessage[] = []
    const consumer = bus.consume({
      group,
      topics: [...topics],
      start: 'earliest',
      handle: async (message) => void messages.push(message),
    })
    let sent = 0
    const send = async () => {
      await bus.publish(topics.flatMap((topic) => numbered(topic, sent, sent + 10)))
      sent += 10
    }
    const handled = (topic: string) => messages.filter((message) => message.topic === topic).length
    await waitFor('both versions to have some', async () => {
      await send()
      return byOld.length > 0 && handled(first) > 0
    })
    await old.disconnect()
    await send()
    const lag = async () => (await bus.lag(group)).reduce((sum, { messages: behind }) => sum + behind, 0)
    await waitFor(
      'the new one to have handled all that is left',
      async () => handled(second) >= sent && (await lag()) === 0,
    )
    const seen = [...byOld, ...messages.flatMap(({ topic, value }) => (topic === first ? [value] : []))]
    expect(new Set(seen)).toEqual(new Set(range(sent).map(String)))
    await consumer.stop()
    await bus.close()
  })

  it('waits for a topic that does not exist yet and does not create it', async (context) => {
    const bus = createTestBus(needKafka(context))
    const topic = `topic-${randomUUID()}`
    const messages: IncomingMessage[] = []
    let isReady = false
    const consumer = bus.consume({
      group: `group-${topic}`,
      topics: [topic],
      start: 'earliest',
      handle: async (message) => void messages.push(message),
    })
    void consumer.ready.then(() => {
      isReady = true
    })
    await expect(bus.publish(numbered(topic, 0, 1))).rejects.toThrow(`topic ${topic} does not exist`)
    expect(isReady).toBe(false)
    await bus.ensureTopics([{ name: topic, partitions: 2, retentionMs: 3_600_000 }])
    await bus.publish(numbered(topic, 0, 10))
    await waitFor('the consumer to find it', () => messages.length === 10)
    expect(new Set(messages.map(({ partition }) => partition))).toEqual(new Set([0, 1]))
    await consumer.stop()
    await bus.close()
  })
})
