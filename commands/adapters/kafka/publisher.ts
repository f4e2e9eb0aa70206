import { type Kafka, type PartitionerArgs, Partitioners, type Producer, type TopicMessages } from 'kafkajs'
import type { OutgoingMessage } from '../../ports/message-bus.ts'
import { clientRetry } from './client.ts'
import { KafkaJSNonRetriableError } from './errors.ts'
import { createRenewable } from './renewable.ts'
import type { Topics } from './topics.ts'

export type Publisher = {
  /** Resolves when every message is on all in-sync replicas. Throws a RangeError, and sends none, where one is larger than `maxBytes`. */
  publish(messages: readonly OutgoingMessage[], maxBytes?: number): Promise<void>
  close(): Promise<void>
}

export type PublisherDeps = {
  readonly kafka: Kafka
  readonly topics: Topics
  readonly timeoutMs: number
  readonly onProblem: (what: string, error: unknown) => void
}

/**
 * What brokers take by default, with about 100 bytes of envelope: more than the largest event with all that the relay puts around it, and no less
 * than anything that was ever read from a topic, as a dead letter that is published again.
 */
export const maxMessageBytes = 1_048_588
/** Of several messages at once: all that goes to one partition counts as one. */
const maxBatchBytes = 1_000_000
const maxBatchMessages = 1_000

type Call = { unsent: number; readonly done: PromiseWithResolvers<void> }
type Entry = { readonly message: OutgoingMessage; readonly bytes: number; readonly call: Call }

/**
 * One request at a time, with all that was asked for meanwhile in the next: order is kept without the client's help, and many
 * callers at once cost little more than one.
 */
export const createPublisher = ({ kafka, topics, timeoutMs, onProblem }: PublisherDeps): Publisher => {
  const producer = createRenewable<Producer>({
    create: (discarded) =>
      kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: () => createPartitioner(discarded),
        retry: clientRetry,
      }),
    timeoutMs,
    // After a failed send kafkajs gives the sequence numbers of what was lost to what comes next, and a broker that did store the
    // former takes the latter for its repeat: acknowledged and never written. A new producer has a new identity.
    survives: () => false,
    onProblem,
  })
  let queue: Entry[] = []
  let sending = false

  const takeBatch = (): readonly Entry[] => {
    let bytes = 0
    let count = 0
    for (const entry of queue) {
      bytes += entry.bytes
      if (count > 0 && (bytes > maxBatchBytes || count >= maxBatchMessages)) break
      count += 1
    }
    return queue.splice(0, count)
  }

  const send = async (batch: readonly Entry[]): Promise<void> => {
    try {
      await producer.use('publishing', (client) => client.sendBatch({ acks: -1, topicMessages: byTopic(batch) }))
      for (const { call } of batch) if (--call.unsent === 0) call.done.resolve()
    } catch (error) {
      topics.forget()
      const failed = new Set(batch.map(({ call }) => call))
      queue = queue.filter(({ call }) => !failed.has(call))
      for (const { done } of failed) done.reject(error)
    }
  }

  const sendAll = async (): Promise<void> => {
    if (sending) return
    sending = true
    while (queue.length > 0) await send(takeBatch())
    sending = false
  }

  return {
    publish: async (messages, maxBytes = maxMessageBytes) => {
      if (messages.length === 0) return
      const call: Call = { unsent: messages.length, done: Promise.withResolvers() }
      const entries = messages.map((message) => ({ message, bytes: sizeOf(message, maxBytes), call }))
      await topics.assertExist([...new Set(messages.map(({ topic }) => topic))])
      queue.push(...entries)
      void sendAll()
      await call.done.promise
    },
    close: () => producer.close(),
  }
}

/**
 * Java's own hash of the key (murmur2), modulo partitions: the same in every process, release and language. The client asks at every
 * attempt to send, so this is also where attempts end that nobody waits for: they would bring old messages behind newer ones.
 */
const createPartitioner = (discarded: AbortSignal) => {
  const partitionOf = Partitioners.DefaultPartitioner()
  return (message: PartitionerArgs): number => {
    if (discarded.aborted) throw new KafkaJSNonRetriableError('this message was given up')
    return partitionOf(message)
  }
}

/** Bytes of key, value and headers. */
const sizeOf = ({ topic, key, value, headers = {} }: OutgoingMessage, maxBytes: number): number => {
  const bytes = [key, value, ...Object.entries(headers).flat()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes <= maxBytes) return bytes
  throw new RangeError(`a message of ${bytes} bytes for ${topic} is too large: ${maxBytes} are allowed`)
}

const byTopic = (batch: readonly Entry[]): TopicMessages[] =>
  [...Map.groupBy(batch, ({ message }) => message.topic)].map(([topic, entries]) => ({
    topic,
    messages: entries.map(({ message: { key, value, headers } }) => ({ key, value, headers: { ...headers } })),
  }))
