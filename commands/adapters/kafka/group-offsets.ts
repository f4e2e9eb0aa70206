import type { Admin, TopicPartitionOffset } from 'kafkajs'
import type { ConsumeOptions, Lag } from '../../ports/message-bus.ts'
import type { Renewable } from './renewable.ts'

export type TopicPartition = { readonly topic: string; readonly partition: number }

/** Where a group is in some partitions: as it has committed, or, in those it has no offset for, where it begins. */
export type GroupPlaces = {
  readonly committed: readonly TopicPartitionOffset[]
  readonly begun: readonly TopicPartitionOffset[]
}

const notCommitted = '-1'
/** Others than `notCommitted` are below 0 that kafkajs commits where retention was faster than the group: the oldest there is. */
const isCommitted = (offset: string): boolean => BigInt(offset) >= 0n

export const groupPlaces = (
  admin: Renewable<Admin>,
  { group, start }: Pick<ConsumeOptions, 'group' | 'start'>,
  partitions: readonly TopicPartition[],
): Promise<GroupPlaces> =>
  admin.use(`reading the offsets of group ${group}`, async (client) => {
    const topics = [...new Set(partitions.map(({ topic }) => topic))]
    const own = await client.fetchOffsets({ groupId: group, topics })
    const committed: TopicPartitionOffset[] = []
    const begun: TopicPartitionOffset[] = []
    for (const topic of topics) {
      const asked = partitions.filter((each) => each.topic === topic).map(({ partition }) => partition)
      const fresh: number[] = []
      for (const partition of asked) {
        const offset = offsetIn(own, { topic, partition })
        if (start !== 'now' && isCommitted(offset)) committed.push({ topic, partition, offset })
        else fresh.push(partition)
      }
      if (fresh.length === 0) continue
      const ends = await client.fetchTopicOffsets(topic)
      for (const { partition, low, high } of ends.filter((end) => fresh.includes(end.partition))) {
        const place = { topic, partition }
        const known = start === 'now' ? notCommitted : offsetIn(own, place)
        const first = start === 'earliest' ? low : high
        const last = known === notCommitted ? first : known
        begun.push({ ...place, offset: isCommitted(last) ? last : low })
      }
    }
    return { committed, begun }
  })

const offsetIn = (
  offsets: Awaited<ReturnType<Admin['fetchOffsets']>>,
  { topic, partition }: TopicPartition,
): string => {
  const { partitions = [] } = offsets.find((each) => each.topic === topic) ?? {}
  return partitions.find((each) => each.partition === partition)?.offset ?? notCommitted
}

/** One entry a topic that the group has ever joined for, empty for a group nobody knows. */
export const groupLag = (admin: Renewable<Admin>, group: string): Promise<readonly Lag[]> =>
  admin.use(`reading the lag of group ${group}`, async (client) => {
    const committed = await client.fetchOffsets({ groupId: group })
    return Promise.all(
      committed.map(async ({ topic }) => {
        const ends = await client.fetchTopicOffsets(topic)
        const behind = ends.map(({ partition, low, high }) => {
          const offset = offsetIn(committed, { topic, partition })
          // What retention has removed is nothing to be handled any more.
          const from = isCommitted(offset) && BigInt(offset) > BigInt(low) ? BigInt(offset) : BigInt(low)
          return Math.max(0, Number(BigInt(high) - from))
        })
        return { topic, group, messages: behind.reduce((sum, count) => sum + count, 0) }
      }),
    )
  })
