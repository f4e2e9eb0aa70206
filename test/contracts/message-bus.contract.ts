import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  type ConsumeOptions,
  type Consumer,
  type IncomingMessage,
  type MessageBus,
  MessageBusUnavailable,
  type OutgoingMessage,
  PoisonMessage,
  UnequalTopics,
} from '../../commands/ports/message-bus.ts'

/** A bus that nobody else uses and ways to do harm to it, where the adapter has them. */
export type MessageBusFixture = {
  readonly bus: MessageBus
  readonly dispose: () => Promise<void>
  /** Another client of the same topics, as another process has one. Disposed of with the fixture. */
  readonly openSecond?: () => Promise<MessageBus>
  /** From now on writes to this topic at least fail as on a full disk, until the returned function is called. */
  readonly failWrites?: (topic: string) => Promise<() => Promise<void>>
}

const waitMs = 30_000

/** What every `MessageBus` keeps. */
export const messageBusContract = (name: string, create: () => Promise<MessageBusFixture>): void => {
  const withFixture = async (use: (fixture: MessageBusFixture) => Promise<void>): Promise<void> => {
    const fixture = await create()
    try {
      await use(fixture)
    } finally {
      await fixture.dispose()
    }
  }
  const withTopic = (
    partitions: number,
    use: (bus: MessageBus, topic: string, fixture: MessageBusFixture) => Promise<void>,
  ) =>
    withFixture(async (fixture) => {
      const topic = `topic-${randomUUID()}`
      await fixture.bus.ensureTopics([{ name: topic, partitions, retentionMs: 3_600_000 }])
      await use(fixture.bus, topic, fixture)
    })
  const test = { timeout: 2 * waitMs }

  it(`${name} tells its time, where it has one of its own`, test, () =>
    withFixture(async ({ bus }) => {
      const now = (await bus.now()) ?? Date.now()
      // Tests run on one machine with their broker, or on machines with clocks that somebody looks after.
      expect(Math.abs(now - Date.now())).toBeLessThan(60_000)
    }),
  )

  describe(`${name} delivers`, test, () => {
    it('a message as it was published, and says where and when', () =>
      withTopic(3, async (bus, topic) => {
        const inbox = await join(bus, { topics: [topic] })
        const before = Date.now()
        const value = JSON.stringify({ text: 'ä \u{1f418} "', n: 1 })
        await bus.publish([{ topic, key: 'k', value, headers: { traceparent: '00-ab-cd-01' } }])
        await bus.publish([{ topic, key: 'k', value: '2' }])
        await inbox.have(2)
        const [first, second] = inbox.messages
        expect(first).toMatchObject({ topic, key: 'k', value, headers: { traceparent: '00-ab-cd-01' } })
        expect(second?.headers).toEqual({})
        expect(first?.publishedAt).toBeGreaterThanOrEqual(before - 1_000)
        expect(first?.publishedAt).toBeLessThanOrEqual(Date.now() + 1_000)
        expect(first?.offset).toMatch(/^\d+$/)
        expect(BigInt(second?.offset ?? -1)).toBeGreaterThan(BigInt(first?.offset ?? -1))
        await inbox.stop()
      }))

    it('the messages of a key from one partition in their order, and spreads keys over partitions', () =>
      withTopic(4, async (bus, topic) => {
        const inbox = await join(bus, { topics: [topic] })
        const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`)
        await Promise.all(
          keys.map(async (key) => {
            for (let n = 0; n < 20; n++) await bus.publish([{ topic, key, value: String(n) }])
          }),
        )
        await inbox.have(400)
        for (const key of keys) {
          const own = inbox.messages.filter((message) => message.key === key)
          expect(own.map((message) => message.value)).toEqual(Array.from({ length: 20 }, (_, n) => String(n)))
          expect(new Set(own.map((message) => message.partition)).size).toBe(1)
        }
        expect(new Set(inbox.messages.map((message) => message.partition)).size).toBeGreaterThan(1)
        await inbox.stop()
      }))

    it('everything to every group, from the beginning or from when the group first joined', () =>
      withTopic(2, async (bus, topic) => {
        await bus.publish(numbered(topic, 0, 10))
        const [all, alsoAll, later] = await Promise.all([
          join(bus, { topics: [topic] }),
          join(bus, { topics: [topic] }),
          join(bus, { topics: [topic], start: 'latest' }),
        ])
        await bus.publish(numbered(topic, 10, 15))
        await Promise.all([all.have(15), alsoAll.have(15), later.have(5)])
        expect(all.values().toSorted(byNumber)).toEqual(range(0, 15))
        expect(alsoAll.values().toSorted(byNumber)).toEqual(range(0, 15))
        expect(later.values().toSorted(byNumber)).toEqual(range(10, 15))
        await Promise.all([all.stop(), alsoAll.stop(), later.stop()])
      }))

    it('to a group that comes back what it has not handled yet, and nothing twice after an orderly stop', () =>
      withTopic(2, async (bus, topic) => {
        const group = aGroup()
        await bus.publish(numbered(topic, 0, 10))
        const first = await join(bus, { group, topics: [topic] })
        await first.have(10)
        await first.stop()
        await bus.publish(numbered(topic, 10, 20))
        // A group with offsets goes on from them, whatever it asks for.
        const second = await join(bus, { group, topics: [topic], start: 'latest' })
        await second.have(10)
        expect(second.values().toSorted(byNumber)).toEqual(range(10, 20))
        await second.stop()
      }))

    it('what came after a group first joined for the latest, also when who joined left before there was a message', () =>
      withTopic(2, async (bus, topic) => {
        const group = aGroup()
        await bus.publish(numbered(topic, 0, 10))
        const first = await join(bus, { group, topics: [topic], start: 'latest' })
        await first.stop()
        await bus.publish(numbered(topic, 10, 20))
        const second = await join(bus, { group, topics: [topic], start: 'latest' })
        await second.have(10)
        expect(second.values().toSorted(byNumber)).toEqual(range(10, 20))
        await second.stop()
      }))

    it('to a member that begins with what comes now, nothing of what came while nobody had the partition', () =>
      withTopic(1, async (bus, topic) => {
        const group = aGroup()
        const first = await join(bus, { group, topics: [topic], start: 'now' })
        await bus.publish(numbered(topic, 0, 5))
        await first.have(5)
        await first.stop()
        await bus.publish(numbered(topic, 5, 10))
        const second = await join(bus, { group, topics: [topic], start: 'now' })
        await bus.publish(numbered(topic, 10, 15))
        await second.have(5)
        expect(second.values()).toEqual(range(10, 15))
        await second.stop()
      }))

    it('the topics a consumer asks for and no others', () =>
      withTopic(1, async (bus, topic) => {
        const [other, third] = [`${topic}-b`, `${topic}-c`]
        await bus.ensureTopics([other, third].map((each) => ({ name: each, partitions: 1, retentionMs: 3_600_000 })))
        const inbox = await join(bus, { topics: [topic, other] })
        await bus.publish([...numbered(third, 0, 5), ...numbered(topic, 5, 10), ...numbered(other, 10, 15)])
        await inbox.have(10)
        expect(inbox.values().toSorted(byNumber)).toEqual(range(5, 15))
        await inbox.stop()
      }))

    it('one message after the other of a partition, and partitions side by side', () =>
      withTopic(4, async (bus, topic) => {
        const running = new Map<number, number>()
        let mostAtOnce = 0
        let mostPartitions = 0
        const inbox = await join(bus, {
          topics: [topic],
          handle: async ({ partition }) => {
            running.set(partition, (running.get(partition) ?? 0) + 1)
            mostAtOnce = Math.max(mostAtOnce, ...running.values())
            mostPartitions = Math.max(mostPartitions, [...running.values()].filter((count) => count > 0).length)
            await new Promise((resolve) => setTimeout(resolve, 2))
            running.set(partition, (running.get(partition) ?? 0) - 1)
          },
        })
        await bus.publish(numbered(topic, 0, 100))
        await inbox.have(100)
        expect(mostAtOnce).toBe(1)
        expect(mostPartitions).toBeGreaterThan(1)
        await inbox.stop()
      }))
  })

  describe(`${name} gives a failed message again`, test, () => {
    it('until it is handled, while those behind it wait and other partitions go on', () =>
      withTopic(4, async (bus, topic) => {
        const [blocked, free] = await keysOfTwoPartitions(bus, topic)
        let failures = 0
        const inbox = await join(bus, {
          topics: [topic],
          start: 'latest',
          handle: async ({ key, value }) => {
            if (key !== blocked || value !== '1') return
            // Not before the other partition has gone on: nothing there may wait for this one.
            if (failures++ < 3 || !inbox.messages.some((message) => message.key === free)) throw new Error('not yet')
          },
        })
        await bus.publish([
          { topic, key: blocked, value: '1' },
          { topic, key: blocked, value: '2' },
          { topic, key: free, value: '3' },
        ])
        await inbox.have(3)
        expect(failures).toBeGreaterThan(3)
        expect(inbox.values()).toEqual([3, 1, 2])
        await inbox.stop()
      }))

    it('whatever it was that the handler threw', () =>
      withTopic(1, async (bus, topic) => {
        // Clients have been seen to stop for good at what looks like a bug.
        const thrown: unknown[] = [
          new TypeError('a bug'),
          new SyntaxError('not JSON'),
          new RangeError('far'),
          'text',
          null,
        ]
        const inbox = await join(bus, {
          topics: [topic],
          handle: async () => {
            if (thrown.length > 0) throw thrown.shift()
          },
        })
        await bus.publish(numbered(topic, 0, 2))
        await inbox.have(2)
        expect(inbox.values()).toEqual([0, 1])
        await inbox.stop()
      }))

    it('at most so many times, then parks it with the cause and goes on', () =>
      withTopic(1, async (bus, topic) => {
        const group = aGroup()
        let attempts = 0
        const inbox = await join(bus, {
          group,
          topics: [topic],
          maxAttempts: 3,
          handle: async ({ value }) => {
            if (value !== '1') return
            attempts += 1
            throw new TypeError(`bad luck ${attempts}`)
          },
        })
        const failing: OutgoingMessage = { topic, key: 'k', value: '1', headers: { traceparent: 'tp' } }
        await bus.publish([failing, { topic, key: 'k', value: '2' }])
        await inbox.have(1)
        expect(attempts).toBe(3)
        expect(inbox.values()).toEqual([2])

        const parked = await join(bus, { topics: [`${topic}.dead-letters`] })
        await parked.have(1)
        expect(parked.messages[0]).toMatchObject({
          topic: `${topic}.dead-letters`,
          key: 'k',
          value: '1',
          headers: {
            traceparent: 'tp',
            'coffer-error': 'TypeError: bad luck 3',
            'coffer-attempts': '3',
            'coffer-group': group,
            'coffer-topic': topic,
            'coffer-partition': '0',
          },
        })
        expect(parked.messages[0]?.headers['coffer-offset']).toMatch(/^\d+$/)
        await Promise.all([inbox.stop(), parked.stop()])

        const again = await join(bus, { group, topics: [topic] })
        await bus.publish([{ topic, key: 'k', value: '3' }])
        await again.have(1)
        expect(again.values()).toEqual([3])
        await again.stop()
      }))

    it('not at all when it is poison, but parks it at once', () =>
      withTopic(1, async (bus, topic) => {
        let attempts = 0
        const inbox = await join(bus, {
          topics: [topic],
          handle: async ({ value }) => {
            if (value !== '1') return
            attempts += 1
            throw new PoisonMessage('no such shape')
          },
        })
        await bus.publish(numbered(topic, 1, 3))
        await inbox.have(1)
        const parked = await join(bus, { topics: [`${topic}.dead-letters`] })
        await parked.have(1)
        expect(attempts).toBe(1)
        expect(parked.messages[0]?.headers['coffer-error']).toContain('no such shape')
        await Promise.all([inbox.stop(), parked.stop()])
      }))
  })

  describe(`${name} lets the consumers of a group share its partitions`, test, () => {
    it('so that both have some, each message goes to one of them, and who stays takes over from who leaves', () =>
      withTopic(6, async (bus, topic) => {
        const group = aGroup()
        const [one, other] = [await join(bus, { group, topics: [topic] }), await join(bus, { group, topics: [topic] })]
        let sent = 0
        const send = async () => {
          await bus.publish(numbered(topic, sent, sent + 20))
          sent += 20
        }
        // How long sharing out takes is the adapter's business; that it comes to it is the promise.
        await eventually(async () => {
          await send()
          await eventually(() => one.messages.length + other.messages.length >= sent)
          return one.messages.length > 0 && other.messages.length > 0
        })
        await one.stop()
        const before = other.messages.length
        const total = sent
        await send()
        await other.have(before + 20)
        const handled = [...one.values(), ...other.values()]
        expect(new Set(handled).size).toBe(sent)
        expect(one.values().filter((value) => value >= total)).toEqual([])
        await other.stop()
      }))

    it('and says which of them has one', () =>
      withTopic(1, async (bus, topic) => {
        const group = aGroup()
        const inboxes = await Promise.all(range(0, 2).map(() => join(bus, { group, topics: [topic] })))
        const holding = () => inboxes.filter((inbox) => inbox.holds())
        await eventually(() => holding().length === 1)
        const [holder] = holding()
        await holder?.stop()
        await eventually(() => holding().length === 1)
        expect(holding()).not.toContain(holder)
        await Promise.all(inboxes.map((inbox) => inbox.stop()))
        expect(holding()).toEqual([])
      }))

    it('also when there are more consumers than partitions', () =>
      withTopic(1, async (bus, topic) => {
        const group = aGroup()
        const inboxes = await Promise.all(range(0, 3).map(() => join(bus, { group, topics: [topic] })))
        await bus.publish(numbered(topic, 0, 10))
        await eventually(() => inboxes.flatMap((inbox) => inbox.messages).length >= 10)
        expect(inboxes.flatMap((inbox) => inbox.values()).toSorted(byNumber)).toEqual(range(0, 10))
        await Promise.all(inboxes.map((inbox) => inbox.stop()))
      }))
  })

  describe(`${name} keeps topics together that are consumed together`, test, () => {
    // With the numbers of topics and members that go into each other, topics dealt out one after the other would meet by chance.
    const withTwo = (use: (bus: MessageBus, topics: [string, string], fixture: MessageBusFixture) => Promise<void>) =>
      withTopic(3, async (bus, topic, fixture) => {
        const other = `${topic}-b`
        await bus.ensureTopics([{ name: other, partitions: 3, retentionMs: 3_600_000 }])
        await use(bus, [topic, other], fixture)
      })

    it('so that a key has one member in all of them, whoever joins and leaves', (context) =>
      withTwo(async (bus, topics, { openSecond }) => {
        if (openSecond === undefined) return context.skip('needs a bus that can be opened twice')
        const second = await openSecond()
        const group = aGroup()
        const inboxes = new Set<Inbox>()
        const enter = async (client: MessageBus): Promise<Inbox> => {
          const inbox = await join(client, { group, topics })
          inboxes.add(inbox)
          return inbox
        }
        let sent = 0
        let publisher = bus
        /** Who handled a key, for every key and topic of messages that are published now. */
        const handlers = async (): Promise<readonly (readonly Inbox[])[]> => {
          const from = sent
          sent += 12
          publisher = publisher === bus ? second : bus
          await publisher.publish(topics.flatMap((topic) => numbered(topic, from, sent)))
          const handled = () =>
            topics.map((topic) =>
              range(from, sent).flatMap((n) => [...inboxes].find((inbox) => inbox.has(topic, n)) ?? []),
            )
          await eventually(() => handled().every((each) => each.length === sent - from))
          return handled()
        }
        /** Sharing out takes its time, and is told by nothing but who handles what. */
        const areShared = async (): Promise<boolean> => {
          const [ones = [], others = []] = await handlers()
          return ones.every((one, index) => one === others[index]) && new Set(ones).size === inboxes.size
        }
        const first = await enter(bus)
        await eventually(areShared)
        await enter(second)
        await eventually(areShared)
        await enter(bus)
        await eventually(areShared)
        inboxes.delete(first)
        await first.stop()
        await eventually(areShared)
        await Promise.all([...inboxes].map((inbox) => inbox.stop()))
      }))

    it('and refuses those that cannot be, as they have unequal numbers of partitions', () =>
      withTopic(2, async (bus, topic) => {
        const other = `${topic}-b`
        await bus.ensureTopics([{ name: other, partitions: 3, retentionMs: 3_600_000 }])
        const handled: IncomingMessage[] = []
        const consumer = bus.consume({
          group: aGroup(),
          topics: [topic, other],
          start: 'earliest',
          handle: async (message) => void handled.push(message),
        })
        const error = await rejection(consumer.ready)
        expect(error).toBeInstanceOf(UnequalTopics)
        expect(error.message).toContain(`${topic} has 2, ${other} has 3`)
        await bus.publish(numbered(topic, 0, 1))
        await consumer.stop()
        expect(handled).toEqual([])
      }))
  })

  describe(`${name} stops a consumer`, test, () => {
    it('after the message in hand, which counts as handled, and takes no other', () =>
      withTopic(1, async (bus, topic) => {
        const group = aGroup()
        const [entered, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
        const inbox = await join(bus, {
          group,
          topics: [topic],
          handle: async () => {
            entered.resolve()
            await finish.promise
          },
        })
        await bus.publish(numbered(topic, 0, 3))
        await entered.promise
        let isStopped = false
        const stopped = inbox.stop().then(() => {
          isStopped = true
        })
        await bus.publish(numbered(topic, 3, 4))
        expect(isStopped).toBe(false)
        finish.resolve()
        await stopped
        expect(inbox.values()).toEqual([0])

        const next = await join(bus, { group, topics: [topic] })
        await next.have(3)
        expect(next.values()).toEqual([1, 2, 3])
        await next.stop()
      }))

    it('when the time is over, too: the handler is told, and the message goes to the next', () =>
      withTopic(1, async (bus, topic) => {
        const group = aGroup()
        const entered = Promise.withResolvers<void>()
        const told = Promise.withResolvers<void>()
        const inbox = await join(bus, {
          group,
          topics: [topic],
          handle: (_, signal) => {
            entered.resolve()
            signal.addEventListener('abort', () => told.resolve())
            return new Promise(() => undefined)
          },
        })
        await bus.publish(numbered(topic, 0, 1))
        await entered.promise
        await inbox.stop(AbortSignal.timeout(50))
        await told.promise

        const next = await join(bus, { group, topics: [topic] })
        await next.have(1)
        expect(next.values()).toEqual([0])
        await next.stop()
      }))

    it('that waits to try a message again, at once', () =>
      withTopic(1, async (bus, topic) => {
        const group = aGroup()
        const failed = Promise.withResolvers<void>()
        const inbox = await join(bus, {
          group,
          topics: [topic],
          handle: async () => {
            failed.resolve()
            throw new Error('again')
          },
        })
        await bus.publish(numbered(topic, 0, 1))
        await failed.promise
        await inbox.stop()
        const next = await join(bus, { group, topics: [topic] })
        await next.have(1)
        await next.stop()
      }))

    it('once, however often it is asked', () =>
      withTopic(1, async (bus, topic) => {
        const inbox = await join(bus, { topics: [topic] })
        await Promise.all([inbox.stop(), inbox.stop()])
        await inbox.stop()
      }))
  })

  describe(`${name} keeps its topics`, test, () => {
    it('as they were made, when they are asked for again', () =>
      withTopic(1, async (bus, topic) => {
        await bus.ensureTopics([{ name: topic, partitions: 8, retentionMs: 1 }])
        await bus.publish(numbered(topic, 0, 20))
        const inbox = await join(bus, { topics: [topic] })
        await inbox.have(20)
        expect(new Set(inbox.messages.map((message) => message.partition))).toEqual(new Set([0]))
        await inbox.stop()
      }))

    it('and refuses a message for another, with those published in the same call', () =>
      withTopic(1, async (bus, topic) => {
        const error = await rejection(bus.publish([...numbered(topic, 0, 1), ...numbered(`${topic}-absent`, 1, 2)]))
        expect(error).toBeInstanceOf(MessageBusUnavailable)
        expect(error.message).toContain(`${topic}-absent`)
        await bus.publish([])
        await bus.publish(numbered(topic, 2, 3))
        const inbox = await join(bus, { topics: [topic] })
        await inbox.have(1)
        expect(inbox.values()).toEqual([2])
        await inbox.stop()
      }))
  })

  describe(`${name} tells the lag`, test, () => {
    it('of each topic of a group, also of one that consumes nothing now', () =>
      withTopic(3, async (bus, topic) => {
        const group = aGroup()
        const inbox = await join(bus, { group, topics: [topic] })
        await bus.publish(numbered(topic, 0, 7))
        await inbox.have(7)
        await eventually(async () => sum(await bus.lag(group)) === 0)
        await inbox.stop()
        await bus.publish(numbered(topic, 7, 12))
        expect(await bus.lag(group)).toEqual([{ topic, group, messages: 5 }])
        expect(await bus.lag(aGroup())).toEqual([])
      }))
  })

  describe(`${name} removes groups`, test, () => {
    it('that have no member and whose names begin so, and no others', () =>
      withTopic(2, async (bus, topic) => {
        const prefix = `${aGroup()}.`
        const names = {
          left: `${prefix}left`,
          alsoLeft: `${prefix}also-left`,
          joined: `${prefix}joined`,
          other: aGroup(),
        }
        const inboxes = await Promise.all(
          Object.values(names).map(async (group) => ({ group, ...(await join(bus, { group, topics: [topic] })) })),
        )
        await bus.publish(numbered(topic, 0, 3))
        await Promise.all(inboxes.map((inbox) => inbox.have(3)))
        for (const { group, stop } of inboxes) if (group !== names.joined) await stop()
        expect((await bus.removeGroups(prefix)).toSorted()).toEqual([names.alsoLeft, names.left])
        expect(await bus.removeGroups(prefix)).toEqual([])
        expect(await bus.lag(names.left)).toEqual([])
        expect(await bus.lag(names.other)).toEqual([{ topic, group: names.other, messages: 0 }])
        await bus.publish(numbered(topic, 3, 4))
        const joined = inboxes.find(({ group }) => group === names.joined)
        await joined?.have(4)
        await joined?.stop()
      }))

    it('which begin anew when they are joined again', () =>
      withTopic(1, async (bus, topic) => {
        const group = aGroup()
        await bus.publish(numbered(topic, 0, 3))
        const first = await join(bus, { group, topics: [topic] })
        await first.have(3)
        await first.stop()
        expect(await bus.removeGroups(group)).toEqual([group])
        const second = await join(bus, { group, topics: [topic] })
        await second.have(3)
        expect(second.values()).toEqual(range(0, 3))
        await second.stop()
      }))
  })

  describe(`${name}, when it is closed or cannot write,`, test, () => {
    it('refuses everything as unavailable and has stopped its consumers', () =>
      withTopic(1, async (bus, topic) => {
        const inbox = await join(bus, { topics: [topic] })
        await bus.publish(numbered(topic, 0, 1))
        await inbox.have(1)
        await bus.close()
        await bus.close()
        await inbox.stop()
        for (const attempt of [
          () => bus.publish(numbered(topic, 1, 2)),
          () => bus.ensureTopics([{ name: topic, partitions: 1, retentionMs: 1 }]),
          () => bus.lag('group'),
        ]) {
          expect(await rejection(attempt())).toBeInstanceOf(MessageBusUnavailable)
        }
      }))

    it('refuses to publish, and afterwards goes on with what it had', (context) =>
      withTopic(1, async (bus, topic, { failWrites }) => {
        if (failWrites === undefined) return context.skip('needs a bus whose writes can be made to fail')
        const inbox = await join(bus, { topics: [topic] })
        const restore = await failWrites(topic)
        const value = JSON.stringify('x'.repeat(200_000))
        const errors = await Promise.all(range(0, 5).map(() => rejection(bus.publish([{ topic, key: 'k', value }]))))
        for (const error of errors) expect(error).toBeInstanceOf(MessageBusUnavailable)
        await restore()
        await bus.publish([{ topic, key: 'k', value: '1' }])
        await inbox.have(1)
        expect(inbox.values()).toEqual([1])
        await inbox.stop()
      }))
  })
}

type Inbox = {
  /** What was handled without an error, in the order it was finished. */
  readonly messages: IncomingMessage[]
  readonly values: () => number[]
  readonly has: (topic: string, value: number) => boolean
  readonly have: (count: number) => Promise<void>
  readonly holds: Consumer['holds']
  readonly stop: Consumer['stop']
}

/** Consumes and remembers. Resolves when messages flow. */
const join = async (
  bus: MessageBus,
  options: Partial<ConsumeOptions> & { topics: readonly string[] },
): Promise<Inbox> => {
  const messages: IncomingMessage[] = []
  const handled = new Set<string>()
  const consumer = bus.consume({
    group: aGroup(),
    start: 'earliest',
    ...options,
    handle: async (message, signal) => {
      await options.handle?.(message, signal)
      messages.push(message)
      handled.add(`${message.topic} ${message.value}`)
    },
  })
  await consumer.ready
  return {
    messages,
    values: () => messages.map((message) => Number(message.value)),
    has: (topic, value) => handled.has(`${topic} ${value}`),
    have: (count) => eventually(() => messages.length >= count),
    holds: consumer.holds,
    stop: consumer.stop,
  }
}

/** Two keys that the bus puts into different partitions of the topic. */
const keysOfTwoPartitions = async (bus: MessageBus, topic: string): Promise<readonly [string, string]> => {
  const inbox = await join(bus, { topics: [topic] })
  await bus.publish(numbered(topic, 0, 50))
  await inbox.have(50)
  await inbox.stop()
  const [first] = inbox.messages
  const other = inbox.messages.find((message) => message.partition !== first?.partition)
  if (first === undefined || other === undefined) throw new Error('50 keys all went to one partition')
  return [first.key, other.key]
}

const numbered = (topic: string, from: number, to: number): OutgoingMessage[] =>
  range(from, to).map((n) => ({ topic, key: `key-${n}`, value: String(n) }))

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)
const byNumber = (a: number, b: number): number => a - b
const aGroup = (): string => `group-${randomUUID()}`
const sum = (lags: readonly { readonly messages: number }[]): number => lags.reduce((all, lag) => all + lag.messages, 0)

/** Asks again until it is so; throws when that takes too long. */
const eventually = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + waitMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not so after ${waitMs} ms: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const rejection = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('expected a rejection with an error')
}
