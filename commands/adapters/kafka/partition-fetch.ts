import type { KafkaMessage } from 'kafkajs'
import type { Cluster } from './cluster.ts'
import { KafkaJSNonRetriableError } from './errors.ts'

const maxFetchBytes = 4_000_000
const maxWaitMs = 1_000

/**
 * Messages from an offset on, in their order, without being in any group: as many as fit in some megabytes, and at least the first where the
 * offset is one there is. At the end of the partition it waits for up to `waitMs` and answers none.
 *
 * kafkajs 2.2.4 reads through consumer groups alone: to look at one message would take joining a new group, seconds on a broker with the usual
 * `group.initial.rebalance.delay.ms`, and rights to that group. Below that it can fetch from a partition as any consumer does.
 */
export const fetchPartition = async (
  cluster: Cluster,
  { topic, partition, offset }: { readonly topic: string; readonly partition: number; readonly offset: bigint },
  waitMs = maxWaitMs,
): Promise<readonly KafkaMessage[]> => {
  await cluster.addTargetTopic(topic)
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
  if (nodeId === undefined) {
    throw new KafkaJSNonRetriableError(`partition ${partition} of ${topic} has no leader that is known`)
  }
  const leader = await cluster.findBroker({ nodeId })
  const place = { partition, fetchOffset: offset.toString(), maxBytes: maxFetchBytes }
  const { responses } = await leader.fetch({
    maxWaitTime: waitMs,
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
}
