import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { quietIdleConnections } from '../../../commands/adapters/kafka/quiet-idle-connections.ts'
import { waitFor } from '../../support/wait-for.ts'
import { needKafka } from './need-kafka.ts'
import { createTestBus } from './test-bus.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** How often anything armed a timer while 40 turns of 25 ms passed (these have timers of another kind). */
const timersArmedInAWhile = async (): Promise<number> => {
  const arm = vi.spyOn(globalThis, 'setTimeout')
  for (let turn = 0; turn < 40; turn++) await delay(25)
  return arm.mock.calls.length
}

// In this order: the first test needs the client as it is.
describe('an idle connection to Kafka', () => {
  it('arms a timer every millisecond in kafkajs alone, and none once it is quieted, and works as before', async (context) => {
    const admin = new Kafka({ brokers: [...needKafka(context)], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const arm = vi.spyOn(globalThis, 'setTimeout')
    await waitFor('kafkajs to arm 200 timers for nothing', () => arm.mock.calls.length >= 200)

    quietIdleConnections()
    // What was armed before still comes, once.
    await delay(25)
    arm.mockRestore()
    expect(await timersArmedInAWhile()).toBe(0)
    expect((await admin.describeCluster()).brokers.length).toBeGreaterThan(0)
    await admin.disconnect()
  })

  it('is quiet also under a bus with a consumer that waits', async (context) => {
    const bus = createTestBus(needKafka(context))
    const topic = `topic-${crypto.randomUUID()}`
    await bus.ensureTopics([{ name: topic, partitions: 3, retentionMs: 3_600_000 }])
    await bus.publish([{ topic, key: 'k', value: '1' }])
    const handled: string[] = []
    const consumer = bus.consume({
      group: `group-${topic}`,
      topics: [topic],
      start: 'earliest',
      handle: async ({ value }) => void handled.push(value),
    })
    await waitFor('the message to be handled', () => handled.length === 1)
    // Four fetches and a heartbeat a second, not a thousand checks.
    expect(await timersArmedInAWhile()).toBeLessThan(30)
    await consumer.stop()
    await bus.close()
  })
})

type RequestQueue = {
  readonly inflight: Map<number, unknown>
  readonly pending: unknown[]
  throttledUntil: number
  push(request: object): void
  checkPendingRequests(): void
  maybeThrottle(ms: number): void
}

describe('a connection to Kafka that is quieted', () => {
  const openQueue = (maxInFlightRequests: number): RequestQueue => {
    quietIdleConnections()
    const Queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js')
    const logger = { debug: () => undefined }
    return new Queue({ maxInFlightRequests, requestTimeout: 1_000, clientId: 'c', broker: 'b', logger })
  }
  const request = (correlationId: number, sent: number[]) => ({
    entry: { correlationId, resolve: () => undefined, reject: () => undefined },
    expectResponse: true,
    sendRequest: () => sent.push(correlationId),
  })

  it('still sends what a broker made it hold back, when the time is over', () => {
    vi.useFakeTimers()
    try {
      const sent: number[] = []
      const queue = openQueue(10)
      queue.maybeThrottle(500)
      queue.push(request(1, sent))
      vi.advanceTimersByTime(400)
      expect(sent).toEqual([])
      vi.advanceTimersByTime(200)
      expect(sent).toEqual([1])
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('still sends what waited for its turn', () => {
    vi.useFakeTimers()
    try {
      const sent: number[] = []
      const queue = openQueue(1)
      queue.push(request(1, sent))
      queue.push(request(2, sent))
      expect(sent).toEqual([1])
      queue.inflight.delete(1)
      vi.advanceTimersByTime(20)
      expect(sent).toEqual([1, 2])
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})
