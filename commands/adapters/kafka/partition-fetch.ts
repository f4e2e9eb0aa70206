import type { Kafka, KafkaMessage } from 'kafkajs'
import { KafkaJSNonRetriableError } from './errors.ts'

/** A connection that reads messages by their place, without being in any group. */
export type PartitionFetch = {
  connect(): Promise<void>
  disconnect(): Promise<void>
  /**
   * Messages from an offset on, in their order: as many as fit in some megabytes, and at least the first where the offset is one there is. To be
   * called for offsets below the partition's end: at the end it waits.
   */
  fetch(topic: string, partition: number, offset: bigint): Promise<readonly KafkaMessage[]>
}

type Broker = {
  fetch(request: object): Promise<{
    readonly responses: readonly { readonly partitions: readonly { readonly messages: readonly FetchedMessage[] }[] }[]
  }>
}
type FetchedMessage = KafkaMessage & { readonly isControlRecord?: boolean }
type Cluster = {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addTargetTopic(topic: string): Promise<void>
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, unknown>>
  findBroker(node: { readonly nodeId: string }): Promise<Broker>
}

const maxFetchBytes = 4_000_000
const maxWaitMs = 1_000

/**
 * kafkajs 2.2.4 reads through consumer groups alone: to look at one message would take joining a new group, seconds on a broker with the usual
 * `group.initial.rebalance.delay.ms`, and rights to that group. Below that it can fetch from a partition as any consumer does; that part is
 * not of the client's interface, nor of its types.
 */
export const createPartitionFetch = (kafka: Kafka): PartitionFetch => {
  const cluster = createCluster(kafka)
  return {
    connect: () => cluster.connect(),
    disconnect: () => cluster.disconnect(),
    fetch: async (topic, partition, offset) => {
      await cluster.addTargetTopic(topic)
      const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
      if (nodeId === undefined) {
        throw new KafkaJSNonRetriableError(`partition ${partition} of ${topic} has no leader that is known`)
      }
      const leader = await cluster.findBroker({ nodeId })
      const place = { partition, fetchOffset: offset.toString(), maxBytes: maxFetchBytes }
      const { responses } = await leader.fetch({
        maxWaitTime: maxWaitMs,
        minBytes: 1,
        maxBytes: maxFetchBytes,
        topics: [{ topic, partitions: [place] }],
      })
      return (
        responses
          .flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages))
          // A broker gives whole batches, whose first messages may lie before the offset.
          .filter((message) => BigInt(message.offset) >= offset && message.isControlRecord !== true)
      )
    },
  }
}

/** As the client makes one for an admin or a consumer, with its own addresses, TLS and credentials. */
const createCluster = (kafka: Kafka): Cluster => {
  const maker = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )
  // Private to the client, so nothing says what it is but its name. A test fails where that changes.
  const create = maker && (kafka as unknown as Record<symbol, (options: object) => Cluster>)[maker]
  if (create === undefined) throw new Error('this version of kafkajs is another one than 2.2.4: see partition-fetch.ts')
  return create({ allowAutoTopicCreation: false })
}
