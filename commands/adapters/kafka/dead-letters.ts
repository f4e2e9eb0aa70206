import type { Admin, Kafka } from 'kafkajs'
import { deadLetterTopic, topicOfDeadLetters } from '../../../domain/dead-letter/place.ts'
import { readDeadLetter } from '../../dead-letter-message.ts'
import type { DeadLetters } from '../../ports/dead-letters.ts'
import type { PlacedMessage } from '../partition-reader.ts'
import { type PartitionRange, readDeadLetters } from '../read-dead-letters.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { toIncoming } from './incoming.ts'
import { fetchPartition } from './partition-fetch.ts'
import { createRenewable, type Renewable } from './renewable.ts'

export type KafkaDeadLettersDeps = {
  readonly kafka: Kafka
  readonly admin: Renewable<Admin>
  readonly timeoutMs: number
  readonly onProblem: (what: string, error: unknown) => void
  /** Does the work with the errors that the bus has. */
  readonly whenOpen: <T>(what: string, work: () => Promise<T>) => Promise<T>
}

/** Offsets from `low` on and below `high` are there. */
type Bounds = { readonly low: bigint; readonly high: bigint }

/** Held at once when going backwards, each of up to a megabyte. */
const maxBackwards = 8

const reading = 'reading dead letters from Kafka failed'

/** `close` ends the connection that reads. */
export const createKafkaDeadLetters = (
  deps: KafkaDeadLettersDeps,
): { readonly deadLetters: DeadLetters; readonly close: () => Promise<void> } => {
  const { kafka, admin, timeoutMs, onProblem, whenOpen } = deps
  const connection = createRenewable<Cluster>({
    create: () => createCluster(kafka),
    timeoutMs,
    // What leads a partition may be another broker by now, and only a new connection asks again.
    survives: () => false,
    onProblem,
  })

  const fetchOnce = async (topic: string, partition: number, offset: bigint): Promise<readonly PlacedMessage[]> => {
    const name = deadLetterTopic(topic)
    const found = await connection.use('reading dead letters', (client) =>
      fetchPartition(client, { topic: name, partition, offset }),
    )
    return found.map((message) => toIncoming(name, partition, message))
  }

  /** Once more with a new connection: this one may have been idle for so long that the broker has ended it. */
  const fetch: typeof fetchOnce = (...place) => fetchOnce(...place).catch(() => fetchOnce(...place))

  const boundsOf = async (topic: string): Promise<ReadonlyMap<number, Bounds>> =>
    admin.use('reading the offsets of dead letters', async (client) => {
      const name = deadLetterTopic(topic)
      if (!(await client.listTopics()).includes(name)) return new Map()
      const offsets = await client.fetchTopicOffsets(name)
      return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]))
    })

  const forwards = async (topic: string, partition: number, after: string | null, { low, high }: Bounds) => {
    const next = after === null ? low : BigInt(after) + 1n
    const from = next < low ? low : next
    return from < high ? fetch(topic, partition, from) : []
  }

  const backwards = async (topic: string, partition: number, range: PartitionRange, { low, high }: Bounds) => {
    const end = range.after === null || BigInt(range.after) > high ? high : BigInt(range.after)
    const count = BigInt(Math.min(range.limit, maxBackwards))
    const from = end - count < low ? low : end - count
    const found: PlacedMessage[] = []
    for (let at = from; at < end; ) {
      const fetched = await fetch(topic, partition, at)
      const last = fetched.at(-1)
      if (last === undefined) break
      found.push(...fetched.filter(({ offset }) => BigInt(offset) < end))
      at = BigInt(last.offset) + 1n
    }
    return found.reverse()
  }

  const deadLetters: DeadLetters = {
    topics: () =>
      whenOpen(reading, async () => {
        const names = await admin.use('listing the topics', (client) => client.listTopics())
        return names.flatMap((name) => topicOfDeadLetters(name) ?? []).sort()
      }),
    read: (topic, range) =>
      whenOpen(reading, async () => {
        const bounds = await boundsOf(topic)
        const partitions = [...bounds.keys()].sort((a, b) => a - b)
        return readDeadLetters(partitions, range, async (partition, part) => {
          const known = bounds.get(partition)
          if (known === undefined) return []
          return part.direction === 'ascending'
            ? forwards(topic, partition, part.after, known)
            : backwards(topic, partition, part, known)
        })
      }),
    get: ({ topic, partition, offset }) =>
      whenOpen(reading, async () => {
        const known = (await boundsOf(topic)).get(partition)
        const at = BigInt(offset)
        if (known === undefined || at < known.low || at >= known.high) return null
        const [found] = await fetch(topic, partition, at)
        return found?.offset === offset ? readDeadLetter(found) : null
      }),
  }
  return { deadLetters, close: connection.close }
}
