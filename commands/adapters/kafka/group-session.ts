import { setTimeout as delay } from 'node:timers/promises'
import {
  type Admin,
  type EachBatchPayload,
  type Kafka,
  type Consumer as KafkaConsumer,
  PartitionAssigners,
} from 'kafkajs'
import { aborted } from '../../../kernel/aborted.ts'
import { backOffMs } from '../../../kernel/back-off.ts'
import { createDeadLetter } from '../../dead-letter-message.ts'
import type { ConsumeOptions, OutgoingMessage } from '../../ports/message-bus.ts'
import { type PartitionReader, type PlacedMessage, startPartitionReader } from '../partition-reader.ts'
import { clientRetry } from './client.ts'
import { KafkaTimeout, within } from './errors.ts'
import { groupPlaces, type TopicPartition } from './group-offsets.ts'
import { toIncoming } from './incoming.ts'
import { createOffsetCommits } from './offset-commits.ts'
import { assignByNumber } from './partition-assigner.ts'
import { createPartitionFeed, type PartitionFeed } from './partition-feed.ts'
import type { Renewable } from './renewable.ts'

/** One membership of a consumer group, from joining to leaving or to an error that ends it. */
export type GroupSession = {
  /** Resolves when the first assignment is known and its messages flow. */
  readonly joined: Promise<void>
  /** Resolves with the error that ended the session by itself: its handlers were told, `stop` clears up. */
  readonly ended: Promise<Error>
  /** Whether it has a partition that the group has not had the time to give to another. */
  holds(): boolean
  /** Waits for messages in hand until the signal aborts, commits and leaves. */
  stop(signal: AbortSignal): Promise<void>
}

export type GroupTiming = {
  /** How long the group waits for a member that is silent before others get its partitions. */
  readonly sessionTimeoutMs: number
  /** How long it takes until others take a member that watches and is watched for gone. */
  readonly silentMs: number
  readonly heartbeatMs: number
  /**
   * How long a fetch waits for messages, and so an orderly stop for a fetch. A message ends the wait; but each wait that ends without one is a
   * request, and with two groups these are most of what an idle saga does.
   */
  readonly fetchWaitMs: number
  /** The least from one fetch that brought messages to the next: a busy topic is fetched in batches, as each request costs more than a message. */
  readonly fetchPaceMs: number
  readonly offsetDelayMs: number
  readonly retryBaseMs: number
  readonly retryMaxMs: number
  /** The longest between two tries to take part in the group: for so long nobody handles anything when Kafka is back. */
  readonly rejoinMaxMs: number
  /** How long committing and leaving may take each. */
  readonly leaveTimeoutMs: number
}

export type GroupSessionDeps = {
  readonly kafka: Kafka
  readonly admin: Renewable<Admin>
  /** Publishes to the dead letters, which it creates first. */
  readonly park: (letter: OutgoingMessage) => Promise<void>
  readonly onProblem: (what: string, error: unknown) => void
}

/** `placed`: it is known where in it the group is, and the client reads on from there. */
type Holding = TopicPartition & { readonly feed: PartitionFeed; readonly reader: PartitionReader; placed: boolean }

/**
 * Read ahead of the handler, a partition. Half of it should last for as long as a fetch waits: with all partitions paused the client sleeps for
 * that long, and only then sees that one is to be fetched again.
 */
const feedLimits = { maxMessages: 2_000, maxChars: 4_000_000 }
const rebalanceTimeoutMs = 15_000

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`

/**
 * kafkajs fetches and keeps the membership alive; handling is ours. A batch goes into the feed of its partition and the client goes on at
 * once. The client fetches nothing while any batch of the last fetch is not done: a slow or failing handler would hold up heartbeats and
 * other partitions. No error of a handler reaches the client, which stops for good at a TypeError. What is fetched is "resolved" for the
 * client; what is committed is what was handled.
 */
export const startGroupSession = (
  { kafka, admin, park, onProblem }: GroupSessionDeps,
  options: ConsumeOptions,
  timing: GroupTiming,
): GroupSession => {
  const { group } = options
  const leaseMs = options.membership === 'watched' ? timing.silentMs : timing.sessionTimeoutMs
  const joined = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Error>()
  const over = new AbortController()
  const holdings = new Map<string, Holding>()
  let memberId: string | undefined
  let joins = 0
  let leasedUntil = 0
  let stopping = false
  let fetched = false
  let lastFetchAt = Number.NEGATIVE_INFINITY

  const consumer: KafkaConsumer = kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    sessionTimeout: timing.sessionTimeoutMs,
    heartbeatInterval: timing.heartbeatMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: timing.fetchWaitMs,
    // The second for the members of a version that knows no other: a group has the one that all of its members know.
    partitionAssigners: [assignByNumber, PartitionAssigners.roundRobin],
    // A consumer that the client starts again by itself can come alive after it was stopped: whoever runs the session starts another.
    retry: { ...clientRetry, restartOnFailure: async () => false },
  })
  const commits = createOffsetCommits({
    commit: (offsets) => consumer.commitOffsets(offsets),
    onProblem,
    delayMs: timing.offsetDelayMs,
  })

  const renewLease = (): void => {
    leasedUntil = performance.now() + leaseMs
  }

  /** Waits while the group may have given the partitions to others: in a rebalance, or when no heartbeat came through for long. */
  const confirmLease = async (signal: AbortSignal): Promise<void> => {
    while (performance.now() >= leasedUntil && !signal.aborted) {
      await delay(timing.heartbeatMs / 10, undefined, { signal }).catch(() => undefined)
    }
  }

  const hold = (place: TopicPartition): Holding => {
    const here = [{ topic: place.topic, partitions: [place.partition] }]
    const feed = createPartitionFeed({
      ...feedLimits,
      onFull: () => consumer.pause(here),
      onRoom: () => {
        if (!stopping && holdings.get(nameOf(place))?.feed === feed) consumer.resume(here)
      },
    })
    const handled = (message: PlacedMessage): void => {
      // Lost while it was being parked: what another member commits counts.
      if (holdings.get(nameOf(place))?.feed !== feed) return
      feed.handled(message)
      commits.add({ ...place, offset: String(BigInt(message.offset) + 1n) })
    }
    const reader = startPartitionReader(
      {
        read: feed.take,
        arrival: feed.arrival,
        confirmLease,
        handled,
        park: async (message, attempts, error) => {
          await park(createDeadLetter(message, group, attempts, error))
          handled(message)
        },
        onProblem,
        retryBaseMs: timing.retryBaseMs,
        retryMaxMs: timing.retryMaxMs,
      },
      { topic: place.topic, number: place.partition },
      -1,
      options,
    )
    return { ...place, feed, reader, placed: false }
  }

  /** Called by the client between joining and its first fetch. Must not throw. */
  const onJoin = (newMemberId: string, assignment: Record<string, number[]>): void => {
    joins += 1
    const assigned = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    )
    const names = new Set(assigned.map(nameOf))
    for (const [name, { topic, partition, reader }] of holdings) {
      // As another member than before, others may have had the partition meanwhile.
      if (names.has(name) && memberId === newMemberId) continue
      reader.abandon()
      holdings.delete(name)
      commits.drop(topic, partition)
    }
    memberId = newMemberId
    renewLease()
    const fresh: Holding[] = []
    for (const place of assigned) {
      const kept = holdings.get(nameOf(place))
      const next = kept?.feed.next()
      // The client would fetch again from the committed offset what this feed already has.
      if (next) consumer.seek({ ...place, offset: next })
      if (kept?.placed) continue
      const holding = kept ?? hold(place)
      holdings.set(nameOf(place), holding)
      fresh.push(holding)
      consumer.pause([{ topic: place.topic, partitions: [place.partition] }])
    }
    if (fresh.length === 0) joined.resolve()
    else void begin(fresh, joins)
  }

  /**
   * Leads the client to where the group is in partitions that this member did not have, before anything of them is fetched: by itself it may go
   * on from a seek of the last time it had them, or from a batch that was under way, and leave out what was not handled. Where the
   * group never had an offset its beginning is committed: "latest" would otherwise be looked up anew, and later, by each next
   * member until the first message was handled.
   */
  const begin = async (fresh: readonly Holding[], join: number): Promise<void> => {
    const isOver = () => over.signal.aborted || stopping || join !== joins
    for (let attempt = 1; !isOver(); attempt++) {
      try {
        const { committed, begun } = await groupPlaces(admin, options, fresh)
        if (isOver()) return
        if (begun.length > 0) await consumer.commitOffsets([...begun])
        if (isOver()) return
        for (const holding of fresh) holding.placed = true
        for (const offset of [...committed, ...begun]) consumer.seek(offset)
        consumer.resume(fresh.map(({ topic, partition }) => ({ topic, partitions: [partition] })))
        joined.resolve()
        return
      } catch (error) {
        onProblem(`group ${group} could not find where to begin`, error)
        const waitMs = backOffMs(attempt + 1, { firstMs: timing.retryBaseMs, maxMs: timing.rejoinMaxMs })
        await delay(waitMs, undefined, { signal: over.signal }).catch(() => undefined)
      }
    }
  }

  const takeBatch = async ({ batch, resolveOffset, isStale }: EachBatchPayload): Promise<void> => {
    const holding = holdings.get(nameOf(batch))
    // Also what was fetched before the client was led elsewhere.
    if (!holding?.placed || stopping || isStale()) return
    holding.feed.push(batch.messages.map((message) => toIncoming(batch.topic, batch.partition, message)))
    resolveOffset(batch.lastOffset())
    await paceFetches()
  }

  /** Called once a batch; waits once a fetch. A fetch that waited for its messages is followed by the next at once. */
  const paceFetches = async (): Promise<void> => {
    if (!fetched) return
    fetched = false
    const waitMs = lastFetchAt + timing.fetchPaceMs - performance.now()
    if (waitMs > 0) await delay(waitMs, undefined, { signal: over.signal }).catch(() => undefined)
    lastFetchAt = performance.now()
  }

  const abandonAll = (): void => {
    over.abort()
    commits.close()
    for (const { reader } of holdings.values()) reader.abandon()
  }

  const end = (error: Error): void => {
    abandonAll()
    ended.resolve(error)
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onJoin(payload.memberId, payload.memberAssignment))
  consumer.on(consumer.events.HEARTBEAT, renewLease)
  consumer.on(consumer.events.FETCH, () => {
    fetched = true
  })
  consumer.on(consumer.events.REBALANCING, () => {
    // Nothing new is begun that another member may be about to get, and it gets nothing that is done.
    leasedUntil = 0
    void commits.flush()
  })
  // The client goes on with the connection that has not answered, as long as the system takes it for one.
  consumer.on(consumer.events.REQUEST_TIMEOUT, () => end(new KafkaTimeout(`group ${group} had no answer`)))
  consumer.on(consumer.events.CRASH, ({ payload }) => end(payload.error))

  const run = async (): Promise<void> => {
    await consumer.connect()
    // Also where offsets are out of range, because retention was faster: the oldest that is left, whatever a new group begins with.
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: true })
    if (over.signal.aborted) return
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: takeBatch })
  }
  const running = run().catch(end)
  const disconnect = async (): Promise<void> => {
    await running
    await consumer.disconnect()
  }

  return {
    joined: joined.promise,
    ended: ended.promise,
    holds: () => performance.now() < leasedUntil && [...holdings.values()].some(({ placed }) => placed),
    stop: async (signal) => {
      stopping = true
      const readers = [...holdings.values()].map(({ reader }) => reader.stop())
      if (joins > 0 && !over.signal.aborted) consumer.pause(options.topics.map((topic) => ({ topic })))
      await Promise.race([Promise.all(readers), aborted(signal)])
      if (!over.signal.aborted) {
        await within(timing.leaveTimeoutMs, 'committing the last offsets', commits.flush()).catch((error) =>
          onProblem(`group ${group} was left without committing the last offsets`, error),
        )
      }
      abandonAll()
      await within(timing.leaveTimeoutMs, `leaving group ${group}`, disconnect()).catch((error) =>
        onProblem(`group ${group} was not left in order; the group will notice`, error),
      )
    },
  }
}
