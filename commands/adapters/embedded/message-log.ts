import type { DatabaseSync } from 'node:sqlite'
import type { IncomingMessage, OutgoingMessage, TopicSpec } from '../../ports/message-bus.ts'

export type Partition = { readonly id: number; readonly topic: string; readonly number: number }
export type LoggedMessage = IncomingMessage & { readonly position: number }

/** Topics and their messages. Offsets are positions in one sequence for all topics, so they grow within a partition, with gaps. */
export type MessageLog = {
  createTopic(spec: TopicSpec): void
  topics(): readonly TopicSpec[]
  /** In the order of their numbers; empty for a topic that does not exist. */
  partitions(topic: string): readonly Partition[]
  /** The partition a message belongs to, by its key. Throws `UnknownTopic`. */
  route(message: OutgoingMessage): Partition
  insert(partition: Partition, message: OutgoingMessage, publishedAt: number): void
  /** Messages of a partition after a position, up to a page full. */
  read(partition: Partition, after: number): readonly LoggedMessage[]
  /** Those before a position, the last one first, up to a page full. */
  readBackwards(partition: Partition, before: number): readonly LoggedMessage[]
  /** The partitions that got messages after one position, up to and with another. */
  touched(after: number, upTo: number): readonly number[]
  /** Removes messages published before a moment, oldest first, up to a page full. Returns how many. */
  trim(partition: Partition, publishedBefore: number): number
}

export class UnknownTopic extends Error {
  override readonly name = 'UnknownTopic'
  readonly code = 'UNKNOWN_TOPIC'
}

/** Handlers run one after the other, so a page that is read ahead needs little more than to spare queries. */
const pageMessages = 64
const pageChars = 500_000
const trimMessages = 1_000

export const createMessageLog = (connection: DatabaseSync): MessageLog => {
  const insertTopic = connection.prepare(
    'INSERT OR IGNORE INTO topics (name, partitions, retention_ms) VALUES (?, ?, ?)',
  )
  const insertPartition = connection.prepare('INSERT INTO partitions (topic, number) VALUES (?, ?)')
  const selectTopics = connection.prepare('SELECT name, partitions, retention_ms FROM topics ORDER BY name')
  const selectPartitions = connection.prepare('SELECT id, number FROM partitions WHERE topic = ? ORDER BY number')
  const insertMessage = connection.prepare(
    'INSERT INTO messages (partition_id, key, value, headers, published_at) VALUES (?, ?, ?, ?, ?)',
  )
  const selectMessages = connection.prepare(
    `SELECT position, key, value, headers, published_at FROM messages
     WHERE partition_id = ? AND position > ? ORDER BY position LIMIT ${pageMessages}`,
  )
  const selectBackwards = connection.prepare(
    `SELECT position, key, value, headers, published_at FROM messages
     WHERE partition_id = ? AND position < ? ORDER BY position DESC LIMIT ${pageMessages}`,
  )
  const selectTouched = connection.prepare(
    'SELECT DISTINCT partition_id FROM messages WHERE position > ? AND position <= ?',
  )
  // Stops at the first message that is kept: they are published in the order of their positions, but for a clock set back.
  const deleteOldest = connection.prepare(
    `DELETE FROM messages WHERE position IN (
       SELECT position FROM messages WHERE partition_id = ? ORDER BY position LIMIT ${trimMessages}
     ) AND published_at < ?`,
  )
  /** A topic's partitions never change once it exists, and no topic is ever deleted. */
  const known = new Map<string, readonly Partition[]>()

  const partitions = (topic: string): readonly Partition[] => {
    const cached = known.get(topic)
    if (cached !== undefined) return cached
    const found = selectPartitions.all(topic).map((row) => ({ id: Number(row.id), topic, number: Number(row.number) }))
    // What was made in a transaction that is still open may be undone.
    if (found.length > 0 && !connection.isTransaction) known.set(topic, found)
    return found
  }

  const readPage = (partition: Partition, rows: Iterable<Record<string, unknown>>): readonly LoggedMessage[] => {
    const messages: LoggedMessage[] = []
    let chars = 0
    for (const row of rows) {
      const value = String(row.value)
      messages.push({
        topic: partition.topic,
        partition: partition.number,
        position: Number(row.position),
        offset: String(row.position),
        key: String(row.key),
        value,
        headers: JSON.parse(String(row.headers)),
        publishedAt: Number(row.published_at),
      })
      chars += value.length
      if (chars > pageChars) break
    }
    return messages
  }

  return {
    createTopic: (spec) => {
      if (insertTopic.run(spec.name, spec.partitions, spec.retentionMs).changes === 0) return
      for (let number = 0; number < spec.partitions; number++) insertPartition.run(spec.name, number)
    },
    topics: () =>
      selectTopics.all().map((row) => ({
        name: String(row.name),
        partitions: Number(row.partitions),
        retentionMs: Number(row.retention_ms),
      })),
    partitions,
    route: ({ topic, key }) => {
      const all = partitions(topic)
      const partition = all[hashKey(key) % all.length]
      if (partition === undefined) throw new UnknownTopic(`topic ${topic} does not exist, call ensureTopics first`)
      return partition
    },
    insert: (partition, { key, value, headers }, publishedAt) =>
      void insertMessage.run(partition.id, key, value, JSON.stringify(headers ?? {}), publishedAt),
    read: (partition, after) => readPage(partition, selectMessages.iterate(partition.id, after)),
    readBackwards: (partition, before) => readPage(partition, selectBackwards.iterate(partition.id, before)),
    touched: (after, upTo) => selectTouched.all(after, upTo).map((row) => Number(row.partition_id)),
    trim: (partition, publishedBefore) => Number(deleteOldest.run(partition.id, publishedBefore).changes),
  }
}

/** FNV-1a over the UTF-8 bytes, 32 bits: the same in every process and release, as the order of a key depends on it. */
const hashKey = (key: string): number => {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
