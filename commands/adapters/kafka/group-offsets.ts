import type { Admin, TopicPartitionOffset } from 'kafkajs'
import type { ConsumeOptions, Lag } from '../../ports/message-bus.ts'
import type { Renewable } from './renewable.ts'

export type TopicPartition = { readonly topic: string; readonly partition: number }

const notCommitted = '-1'
const isCommitted = (offset: string): boolean => BigInt(offset) >= 0n

/** Where those of the partitions begin that the group has no offset for. */
export const startOffsets = (
  admin: Renewable<Admin>,
  { group, start, successorOf }: Pick<ConsumeOptions, 'group' | 'start' | 'successorOf'>,
  partitions: readonly TopicPartition[],
): Promise<TopicPartitionOffset[]> =>
  admin.use(`reading the offsets of group ${group}`, async (client) => {
    const topics = [...new Set(partitions.map(({ topic }) => topic))]
    const committed = await client.fetchOffsets({ groupId: group, topics })
    const inherited = successorOf === undefined ? [] : await client.fetchOffsets({ groupId: successorOf, topics })
    const inheritedAt = (topic: string, partition: number): string => {
      const offsets = inherited.find((each) => each.topic === topic)?.partitions ?? []
      return offsets.find((each) => each.partition === partition)?.offset ?? notCommitted
    }
    const begins: TopicPartitionOffset[] = []
    for (const { topic, partitions: offsets } of committed) {
      const fresh = offsets.filter(
        ({ partition, offset }) =>
          !isCommitted(offset) && partitions.some((each) => each.topic === topic && each.partition === partition),
      )
      if (fresh.length === 0) continue
      const ends = await client.fetchTopicOffsets(topic)
      for (const { partition } of fresh) {
        const end = ends.find((each) => each.partition === partition)
        if (end === undefined) continue
        const found = inheritedAt(topic, partition)
        const offset = isCommitted(found) ? found : start === 'earliest' ? end.low : end.high
        begins.push({ topic, partition, offset })
      }
    }
    return begins
  })

/** One entry a topic that the group has ever joined for, empty for a group nobody knows. */
export const groupLag = (admin: Renewable<Admin>, group: string): Promise<readonly Lag[]> =>
  admin.use(`reading the lag of group ${group}`, async (client) => {
    const committed = await client.fetchOffsets({ groupId: group })
    return Promise.all(
      committed.map(async ({ topic, partitions }) => {
        const ends = await client.fetchTopicOffsets(topic)
        const behind = ends.map(({ partition, low, high }) => {
          const offset = partitions.find((each) => each.partition === partition)?.offset ?? notCommitted
          // What retention has removed is nothing to be handled any more.
          const from = isCommitted(offset) && BigInt(offset) > BigInt(low) ? BigInt(offset) : BigInt(low)
          return Math.max(0, Number(BigInt(high) - from))
        })
        return { topic, group, messages: behind.reduce((sum, count) => sum + count, 0) }
      }),
    )
  })
