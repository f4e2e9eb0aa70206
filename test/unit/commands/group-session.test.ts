import type { Admin, Batch, ConsumerRunConfig, EachBatchPayload, Kafka } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { startGroupSession } from '../../../commands/adapters/kafka/group-session.ts'
import type { Renewable } from '../../../commands/adapters/kafka/renewable.ts'
import { waitFor } from '../../support/wait-for.ts'

const topic = 'topic'
const timing = {
  sessionTimeoutMs: 60_000,
  silentMs: 60_000,
  heartbeatMs: 1_000,
  fetchWaitMs: 100,
  fetchPaceMs: 1,
  offsetDelayMs: 1,
  retryBaseMs: 1,
  retryMaxMs: 10,
  rejoinMaxMs: 10,
  leaveTimeoutMs: 1_000,
}

/** A client that does nothing by itself: it notes what it is told, and a test says what its group and its fetches bring. */
const createClient = () => {
  const told: string[] = []
  const listeners = new Map<string, (event: unknown) => void>()
  let take: ConsumerRunConfig['eachBatch']
  /** What the group has committed of partition 0, as the broker answers it. */
  let committed = Promise.resolve('-1')
  const consumer = {
    events: { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', REBALANCING: 'rebalancing', CRASH: 'crash' },
    on: (event: string, listener: (event: unknown) => void) => void listeners.set(event, listener),
    connect: async () => {},
    subscribe: async () => {},
    run: async ({ eachBatch }: ConsumerRunConfig) => {
      take = eachBatch
    },
    seek: ({ offset }: { offset: string }) => void told.push(`seek ${offset}`),
    pause: () => void told.push('pause'),
    resume: () => void told.push('resume'),
    commitOffsets: async ([place]: { offset: string }[]) => void told.push(`commit ${place?.offset}`),
    disconnect: async () => {},
  }
  const client = {
    fetchOffsets: async () => [{ topic, partitions: [{ partition: 0, offset: await committed }] }],
    fetchTopicOffsets: async () => [{ partition: 0, low: '10', high: '100', offset: '100' }],
  }
  const admin: Renewable<Admin> = { use: (_what, work) => work(client as unknown as Admin), close: async () => {} }
  return {
    told,
    kafka: { consumer: () => consumer } as unknown as Kafka,
    admin,
    groupIsAt: (offset: string | Promise<string>) => {
      committed = Promise.resolve(offset)
    },
    join: (memberId: string, partitions: readonly number[]) =>
      listeners.get('join')?.({ payload: { memberId, memberAssignment: { [topic]: partitions } } }),
    /** Answers whether the client may go on behind the batch. */
    fetched: async (first: number, last: number, isStale = false): Promise<boolean> => {
      let resolved = false
      const messages = Array.from({ length: last - first + 1 }, (_, at) => ({
        offset: String(first + at),
        value: Buffer.from(String(first + at)),
        timestamp: '0',
      }))
      await waitFor('the client to run', () => take !== undefined)
      await take?.({
        batch: { topic, partition: 0, messages, lastOffset: () => String(last) } as unknown as Batch,
        isStale: () => isStale,
        resolveOffset: () => {
          resolved = true
        },
      } as unknown as EachBatchPayload)
      return resolved
    },
  }
}

/** `start` is of a group that would leave out what is there, if it began anew. */
const createScene = () => {
  const client = createClient()
  const handled: number[] = []
  const held = Promise.withResolvers<void>()
  const session = startGroupSession(
    { kafka: client.kafka, admin: client.admin, park: async () => {}, onProblem: () => {} },
    {
      group: 'group',
      topics: [topic],
      start: 'latest',
      handle: async ({ value }) => {
        await held.promise
        handled.push(Number(value))
      },
    },
    timing,
  )
  const placed = async (): Promise<void> => {
    await waitFor('the partition to be read', () => client.told.includes('resume'))
    client.told.length = 0
  }
  return {
    ...client,
    session,
    handled,
    placed,
    release: held.resolve,
    stop: () => session.stop(AbortSignal.abort()),
  }
}

describe('a member of a group on Kafka', () => {
  it('reads a partition that it lost and got back from where the group has got to, not from where it had read ahead to', async () => {
    const { join, groupIsAt, fetched, told, placed, stop } = createScene()
    groupIsAt('40')
    join('a', [0])
    await placed()
    expect(await fetched(40, 49)).toBe(true)
    // Kept over a rebalance, it is to be read on behind the messages in hand, and is lost before it was.
    join('a', [0])
    join('a', [])
    groupIsAt('45')
    told.length = 0
    join('a', [0])
    await waitFor('the partition to be read', () => told.includes('resume'))
    expect(told).toEqual(['pause', 'seek 45', 'resume'])
    await stop()
  })

  it('leaves out nothing for a batch that was fetched before it had to join again as another member', async () => {
    const { join, groupIsAt, fetched, handled, release, placed, told, stop } = createScene()
    groupIsAt('40')
    join('a', [0])
    await placed()
    await fetched(40, 49)
    const answer = Promise.withResolvers<string>()
    groupIsAt(answer.promise)
    join('b', [0])
    // On its way when the member was thrown out, from a broker that is not the coordinator.
    expect(await fetched(50, 60)).toBe(false)
    answer.resolve('40')
    await waitFor('the partition to be read', () => told.includes('resume'))
    expect(told).toContain('seek 40')
    expect(await fetched(50, 60, true)).toBe(false)
    expect(await fetched(40, 60)).toBe(true)
    release()
    await waitFor('everything to be handled', () => handled.at(-1) === 60)
    // Once more what was in hand when it was thrown out, if anything was.
    expect([...new Set(handled)]).toEqual(Array.from({ length: 21 }, (_, at) => 40 + at))
    await stop()
  })

  it('begins with the oldest there is where retention was faster than the group, even in a group that begins with the latest', async () => {
    const { join, groupIsAt, told, stop } = createScene()
    groupIsAt('-2')
    join('a', [0])
    await waitFor('the partition to be read', () => told.includes('resume'))
    expect(told).toEqual(['pause', 'commit 10', 'seek 10', 'resume'])
    await stop()
  })
})
