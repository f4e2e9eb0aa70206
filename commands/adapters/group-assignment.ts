import { UnequalTopics } from '../ports/message-bus.ts'

export type GroupMember = { readonly id: string; readonly topics: readonly string[] }
export type GroupPartition = { readonly topic: string; readonly number: number }

/**
 * Which member of a group should have each of these partitions. Partition i of all topics has the same place in the order of members, so
 * that members who want the same topics have the same numbers of each. Who computes it does not matter: it follows from what is given
 * alone. Groups start at different members, so that partitions there is one of do not all go to the first.
 */
export const assignPartitions = <Partition extends GroupPartition>(
  group: string,
  members: readonly GroupMember[],
  partitions: readonly Partition[],
): ReadonlyMap<Partition, string> => {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const first = [...group].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0)
  const assigned = new Map<Partition, string>()
  for (const partition of partitions) {
    const takers = sorted.filter(({ topics }) => topics.includes(partition.topic))
    const taker = takers[(first + partition.number) % takers.length]
    if (taker !== undefined) assigned.set(partition, taker.id)
  }
  return assigned
}

/** Why topics cannot be consumed together, by how many partitions each has: null where these are equally many. */
export const whyNotTogether = (partitions: ReadonlyMap<string, number>): UnequalTopics | null => {
  if (new Set(partitions.values()).size <= 1) return null
  const counts = [...partitions].map(([topic, count]) => `${topic} has ${count}`).join(', ')
  return new UnequalTopics(
    `topics that are consumed together need equally many partitions, as those of one number go to one member, and ${counts}: ` +
      'add partitions to those with fewer',
  )
}
