import { type Kafka, Partitioners } from 'kafkajs'
import { clockTopic } from '../../../domain/guest/topics.ts'
import { clientRetry } from './client.ts'
import { within } from './errors.ts'
import type { ServerNames } from './server-names.ts'
import type { KafkaTopicSpec, Topics } from './topics.ts'

export type BrokerClockDeps = {
  readonly kafka: Kafka
  readonly topics: Topics
  readonly names: ServerNames
  readonly timeoutMs: number
}

/**
 * Tells the time of a broker, milliseconds since 1970, as of the moment of the answer: the protocol has no question for it, but a broker
 * can be told to stamp what it takes, and answers with the stamp. Null where it does not stamp all the same. Asked rarely, so that a
 * connection is made for it each time.
 */
export const createBrokerClock = ({
  kafka,
  topics,
  names,
  timeoutMs,
}: BrokerClockDeps): (() => Promise<number | null>) => {
  /** Its messages say nothing: what matters is when the broker took them. */
  const topic: KafkaTopicSpec = {
    name: names.onServer(clockTopic),
    partitions: 1,
    retentionMs: 3_600_000,
    stampedByBroker: true,
  }
  /** What the broker's clock said when the monotonic clock of this process began. */
  const askForZero = async (): Promise<number | null> => {
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: clientRetry,
    })
    try {
      await producer.connect()
      const [record] = await producer.send({ topic: topic.name, acks: -1, messages: [{ value: '' }] })
      const stampMs = Number(record?.logAppendTime ?? -1)
      return stampMs < 0 ? null : stampMs - performance.now()
    } finally {
      await producer.disconnect()
    }
  }
  return async () => {
    await topics.ensure([topic])
    const zeroMs = await within(timeoutMs, 'asking a broker for the time', askForZero())
    return zeroMs === null ? null : zeroMs + performance.now()
  }
}
