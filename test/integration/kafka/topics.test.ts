import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'
import { waitFor } from '../../support/wait-for.ts'
import { needKafka } from './need-kafka.ts'
import { createTestBus } from './test-bus.ts'

const connectAdmin = async (brokers: readonly string[]) => {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  return admin
}

const topicOf = (partitions: number) => ({ name: `topic-${randomUUID()}`, partitions, retentionMs: 3_600_000 })

/** One literal, of what is shorter than 16 KiB: a length, then what the next two bytes and one say there is of it. */
const asSnappy = (bytes: Buffer): Buffer => {
  const { length } = bytes
  const [low, high] = [(length - 1) & 0xff, (length - 1) >> 8]
  return Buffer.concat([Buffer.from([(length & 0x7f) | 0x80, length >> 7, 61 << 2, low, high]), bytes])
}

describe('the topics of the Kafka message bus', () => {
  it('are made with the partitions and retention asked for, and removed in steps not larger than that', async (context) => {
    const brokers = needKafka(context)
    const [bus, admin] = [createTestBus(brokers), await connectAdmin(brokers)]
    const spec = topicOf(5)
    await bus.ensureTopics([spec])
    const { topics } = await admin.fetchTopicMetadata({ topics: [spec.name] })
    expect(topics[0]?.partitions.length).toBe(5)
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: spec.name }],
    })
    const settings = Object.fromEntries(
      resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]) ?? [],
    )
    expect(settings).toMatchObject({ 'retention.ms': '3600000', 'segment.ms': '3600000', 'cleanup.policy': 'delete' })
    await Promise.all([bus.close(), admin.disconnect()])
  })

  it('may be asked for by many at once', async (context) => {
    const brokers = needKafka(context)
    const buses = [createTestBus(brokers), createTestBus(brokers), createTestBus(brokers)]
    const specs = [topicOf(1), topicOf(1)]
    await Promise.all(buses.map((bus) => bus.ensureTopics(specs)))
    await Promise.all(buses.map((bus) => bus.close()))
  })

  it('are never made by the way, though the broker would', async (context) => {
    const brokers = needKafka(context)
    const [bus, admin] = [createTestBus(brokers), await connectAdmin(brokers)]
    const { name } = topicOf(1)
    await expect(bus.publish([{ topic: name, key: 'a', value: '1' }])).rejects.toBeInstanceOf(MessageBusUnavailable)
    expect(await admin.listTopics()).not.toContain(name)
    await Promise.all([bus.close(), admin.disconnect()])
  })

  it('have each key in the partition in which every client of Kafka puts it', async (context) => {
    const bus = createTestBus(needKafka(context))
    const spec = topicOf(12)
    await bus.ensureTopics([spec])
    const keys = ['', 'a', 'instance', 'ä \u{1f418}', '0190163d-8694-739b-aea5-966c26f8ad91', 'x'.repeat(500)]
    await bus.publish(keys.map((key) => ({ topic: spec.name, key, value: '1' })))
    const partitions = new Map<string, number>()
    const consumer = bus.consume({
      group: `group-${spec.name}`,
      topics: [spec.name],
      start: 'earliest',
      handle: async ({ key, partition }) => void partitions.set(key, partition),
    })
    await waitFor('all keys', () => partitions.size === keys.length)
    expect(keys.map((key) => partitions.get(key))).toEqual([9, 4, 7, 7, 9, 1])
    await consumer.stop()
    await bus.close()
  })

  it('can be read whatever codec another program packs its messages with, and let it hide none that is too large', async (context) => {
    const brokers = needKafka(context)
    const bus = createTestBus(brokers)
    const spec = topicOf(1)
    await bus.ensureTopics([spec])
    const values: string[] = []
    const consumer = bus.consume({
      group: `group-${spec.name}`,
      topics: [spec.name],
      start: 'earliest',
      handle: async ({ value }) => void values.push(value),
    })
    const { CompressionCodecs, CompressionTypes } = kafkajs
    const { [CompressionTypes.Snappy]: none } = CompressionCodecs
    CompressionCodecs[CompressionTypes.Snappy] = () => ({
      compress: async ({ buffer }: { buffer: Buffer }) => asSnappy(buffer),
    })
    const stranger = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
    await stranger.connect()
    const send = (compression: number, value: string) =>
      stranger.send({ topic: spec.name, compression, messages: [{ key: 'a', value }] })
    await send(CompressionTypes.Snappy, 'snappy')
    // From here on as in every process of ours, where there is no such codec.
    CompressionCodecs[CompressionTypes.Snappy] = none
    await send(CompressionTypes.GZIP, 'gzip')
    await expect(send(CompressionTypes.GZIP, 'x'.repeat(5_000_000))).rejects.toThrow('larger than the max message size')
    await send(CompressionTypes.GZIP, 'last')
    await waitFor('the last message', () => values.includes('last'))
    expect(values).toEqual(['snappy', 'gzip', 'last'])
    await consumer.stop()
    await Promise.all([stranger.disconnect(), bus.close()])
  })

  it('take many large messages at once, and refuse one that is too large before anything is sent', async (context) => {
    const bus = createTestBus(needKafka(context))
    const spec = topicOf(1)
    await bus.ensureTopics([spec])
    const large = JSON.stringify('x'.repeat(200_000))
    const message = (value: string) => ({ topic: spec.name, key: 'a', value })
    const values: string[] = []
    const consumer = bus.consume({
      group: `group-${spec.name}`,
      topics: [spec.name],
      start: 'earliest',
      handle: async ({ value }) => void values.push(value),
    })
    await bus.publish([...Array.from({ length: 30 }, () => message(large)), message('"last"')])
    await waitFor('all of them', () => values.length === 31)
    expect(values.at(-1)).toBe('"last"')

    const tooLarge = bus.publish([message('"first"'), message('x'.repeat(1_100_000))])
    await expect(tooLarge).rejects.toThrow(/1100001 bytes for topic-\S+ is too large: 1048588 are allowed/)
    await bus.publish([message('x'.repeat(999_000))])
    await waitFor('the largest that fits', () => values.length === 32)
    expect(values[31]?.length).toBe(999_000)
    await consumer.stop()
    await bus.close()
  })
})
