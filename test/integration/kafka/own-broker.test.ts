import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { type Issued, issueAuthority, issueServer } from '../../../agent/tls/issue.ts'
import type { KafkaMessageBusOptions } from '../../../commands/adapters/kafka/message-bus.ts'
import { type IncomingMessage, type MessageBus, MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'
import { type KafkaBroker, startKafkaBroker } from '../../support/kafka/broker.ts'
import { whyNoKafka } from '../../support/kafka/distribution.ts'
import { startNetworkLink } from '../../support/network-link.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createTestBus } from './test-bus.ts'

const user = 'coffer'
const password = `secret-${randomUUID()}`
const missing = await whyNoKafka()
let authority: Issued
let broker: KafkaBroker

beforeAll(async () => {
  if (missing !== null) return
  authority = await issueAuthority('test', new Date())
  const { certificate, key } = await issueServer(authority, ['localhost', '127.0.0.1'], new Date())
  broker = await startKafkaBroker({ secure: { certificate, key, users: { [user]: password } } })
})

afterAll(async () => {
  await broker?.dispose()
})

/** A Kafka that a test may stop, cut off or enter with a password. */
const ownBroker = (context: TestContext): KafkaBroker => (missing === null ? broker : context.skip(missing))

const newTopic = async (bus: MessageBus, partitions = 1): Promise<string> => {
  const name = `topic-${randomUUID()}`
  await waitFor('the topic to be made', () =>
    bus.ensureTopics([{ name, partitions, retentionMs: 3_600_000 }]).then(
      () => true,
      () => false,
    ),
  )
  return name
}

const consume = (bus: MessageBus, topic: string, handled: IncomingMessage[]) =>
  bus.consume({
    group: `group-${topic}`,
    topics: [topic],
    start: 'earliest',
    handle: async (message) => void handled.push(message),
  })

const rejection = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error) => error,
  )

describe('a Kafka that goes away', () => {
  it('for some seconds is missed by no one: what cannot be published is refused, and consumers go on by themselves', async (context) => {
    const { address, halt, start } = ownBroker(context)
    const bus = createTestBus([address], { timeoutMs: 5_000, retryMaxMs: 1_000 })
    const topic = await newTopic(bus, 3)
    const handled: IncomingMessage[] = []
    const consumer = consume(bus, topic, handled)
    await bus.publish([{ topic, key: 'a', value: '1' }])
    await waitFor('the first message', () => handled.length === 1)

    await halt('SIGKILL')
    expect(await rejection(bus.publish([{ topic, key: 'a', value: '2' }]))).toBeInstanceOf(MessageBusUnavailable)
    expect(await rejection(bus.lag('group'))).toBeInstanceOf(MessageBusUnavailable)
    await start()
    await waitFor(
      'publishing to work again',
      async () => (await rejection(bus.publish([{ topic, key: 'a', value: '3' }]))) === null,
    )
    await waitFor('the message after that', () => handled.some(({ value }) => value === '3'))
    await waitFor('the lag to be known and gone', async () =>
      bus.lag(`group-${topic}`).then(
        (lags) => lags.every(({ messages }) => messages === 0),
        () => false,
      ),
    )
    await consumer.stop()
    await bus.close()
  })

  it('and comes back with an empty disk is gone on with once its topics are made again', async (context) => {
    const { address, halt, start, setPassword } = ownBroker(context)
    const bus = createTestBus([address], { timeoutMs: 5_000, retryMaxMs: 1_000 })
    const topic = await newTopic(bus, 2)
    const handled: IncomingMessage[] = []
    const consumer = consume(bus, topic, handled)
    for (const value of ['1', '2', '3']) await bus.publish([{ topic, key: 'a', value }])
    await waitFor('the messages', () => handled.length === 3)
    await halt('SIGKILL')
    await setPassword(password)
    await start()
    // As the relay does: what cannot be published may have lost its topic.
    await waitFor('a message to be taken', async () => {
      if ((await rejection(bus.publish([{ topic, key: 'a', value: '4' }]))) === null) return true
      await rejection(bus.ensureTopics([{ name: topic, partitions: 2, retentionMs: 3_600_000 }]))
      return false
    })
    await waitFor('that message', () => handled.some(({ value }) => value === '4'))
    expect(handled.find(({ value }) => value === '4')?.offset).toBe('0')
    await consumer.stop()
    await bus.close()
  })

  it('can be left without waiting for it', async (context) => {
    const { address, halt, start } = ownBroker(context)
    const bus = createTestBus([address], { leaveTimeoutMs: 1_000, timeoutMs: 2_000 })
    const topic = await newTopic(bus)
    const consumer = consume(bus, topic, [])
    await consumer.ready
    await halt('SIGKILL')
    const startedAt = performance.now()
    await consumer.stop()
    await bus.close()
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    await start()
  })

  it('or was not there at first is joined when it comes', async (context) => {
    const { address, halt, start } = ownBroker(context)
    const before = createTestBus([address])
    const topic = await newTopic(before)
    await before.publish([{ topic, key: 'a', value: '1' }])
    await before.close()
    await halt('SIGTERM')

    const bus = createTestBus([address], { timeoutMs: 2_000, retryMaxMs: 500 })
    const handled: IncomingMessage[] = []
    const consumer = consume(bus, topic, handled)
    expect(await rejection(bus.publish([{ topic, key: 'a', value: '2' }]))).toBeInstanceOf(MessageBusUnavailable)
    await start()
    await consumer.ready
    await waitFor('what was published before', () => handled.length === 1)
    await consumer.stop()
    await bus.close()
  })
})

describe('a Kafka whose answers get lost', () => {
  it('stores what is published after that, too, and not as a repeat of what it was not heard to store', async (context) => {
    const { address, proxied } = ownBroker(context)
    const link = await startNetworkLink(proxied.server, proxied.clientsPort)
    const bus = createTestBus([proxied.address], { timeoutMs: 3_000 })
    const direct = createTestBus([address])
    try {
      const topic = await newTopic(bus)
      const handled: IncomingMessage[] = []
      const consumer = consume(direct, topic, handled)
      await bus.publish([{ topic, key: 'a', value: '1' }])
      link.loseAnswers()
      expect(await rejection(bus.publish([{ topic, key: 'a', value: '2' }]))).toBeInstanceOf(MessageBusUnavailable)
      await waitFor('the broker to have stored it all the same', () => handled.some(({ value }) => value === '2'))
      await link.restore()
      await waitFor(
        'publishing to work again',
        async () => (await rejection(bus.publish([{ topic, key: 'a', value: '3' }]))) === null,
      )
      await bus.publish([{ topic, key: 'a', value: '4' }])
      await waitFor('the last message', () => handled.some(({ value }) => value === '4'))
      expect(handled.map(({ value }) => value)).toEqual(['1', '2', '3', '4'])
      await consumer.stop()
    } finally {
      await Promise.all([bus.close(), direct.close()])
      await link.close()
    }
  })
})

describe('a Kafka that answers nothing', () => {
  it('for longer than answers are waited for is gone on with as soon as it does, without a wait that grew meanwhile', async (context) => {
    const { address, proxied } = ownBroker(context)
    const link = await startNetworkLink(proxied.server, proxied.clientsPort)
    const fatal: unknown[] = []
    const bus = createTestBus([proxied.address], {
      retryBaseMs: 10_000,
      retryMaxMs: 600_000,
      onFatal: (_, error) => fatal.push(error),
    })
    const direct = createTestBus([address])
    try {
      const topic = await newTopic(direct)
      const handled: IncomingMessage[] = []
      const consumer = bus.consume({
        group: `group-${topic}`,
        topics: [topic],
        start: 'earliest',
        membership: 'single',
        handle: async (message) => void handled.push(message),
      })
      await direct.publish([{ topic, key: 'a', value: '1' }])
      await waitFor('the first message', () => handled.length === 1)
      link.goDark()
      await delay(25_000)
      await direct.publish([{ topic, key: 'a', value: '2' }])
      await link.restore()
      await waitFor('the message after that', () => handled.some(({ value }) => value === '2'))
      expect(fatal).toEqual([])
      await consumer.stop()
    } finally {
      await Promise.all([bus.close(), direct.close()])
      await link.close()
    }
  })
})

describe('a Kafka with TLS and passwords', () => {
  const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
  const secured = (context: TestContext, options: Partial<KafkaMessageBusOptions> = {}): MessageBus =>
    createTestBus([ownBroker(context).secureAddress], {
      ssl: { ca: authority.certificate },
      sasl: { mechanism: 'plain', username: user, password },
      timeoutMs: 8_000,
      ...options,
    })

  it.for(mechanisms)('serves who has the password and trusts its certificate: %s', async (mechanism, context) => {
    const bus = secured(context, { sasl: { mechanism, username: user, password } })
    const topic = await newTopic(bus)
    const handled: IncomingMessage[] = []
    const consumer = consume(bus, topic, handled)
    await bus.publish([{ topic, key: 'a', value: '1' }])
    await waitFor('the message', () => handled.length === 1)
    await consumer.stop()
    await bus.close()
  })

  it('is not talked to when its certificate is not trusted', async (context) => {
    const stranger = await issueAuthority('stranger', new Date())
    const bus = secured(context, { ssl: { ca: stranger.certificate } })
    const error = await rejection(bus.publish([{ topic: 'any', key: 'a', value: '1' }]))
    expect(error).toBeInstanceOf(MessageBusUnavailable)
    await bus.close()
  })

  it.for(mechanisms)(
    'ends a consumer with a wrong password for good, says so without it: %s',
    async (mechanism, context) => {
      const known = secured(context)
      const topic = await newTopic(known)
      await known.close()
      const wrong = `wrong-${randomUUID()}`
      const lines: string[] = []
      const say = (fields: object, message: string): void => {
        lines.push(`${message} ${JSON.stringify(fields)} ${Object.values(fields).map(String).join(' ')}`)
      }
      const fatal: { group: string; error: Error }[] = []
      const bus = secured(context, {
        sasl: { mechanism, username: user, password: wrong },
        log: { debug: say, info: say, warn: say, error: say },
        onFatal: (group, error) => fatal.push({ group, error }),
      })
      const consumer = consume(bus, topic, [])
      await expect(consumer.ready).rejects.toThrow(/authentication failed/i)
      await waitFor('the hook to be called', () => fatal.length === 1)
      expect(fatal[0]?.group).toBe(`group-${topic}`)
      expect(await rejection(bus.publish([{ topic, key: 'a', value: '1' }]))).toBeInstanceOf(MessageBusUnavailable)
      expect(lines.length).toBeGreaterThan(0)
      for (const secret of [wrong, password, Buffer.from(wrong).toString('base64')]) {
        expect(lines.filter((line) => line.includes(secret))).toEqual([])
      }
      await consumer.stop()
      await bus.close()
    },
  )
})
