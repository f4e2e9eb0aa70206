import kafkajs, { type PartitionAssigner } from 'kafkajs'
import { assignPartitions, type GroupPartition } from '../group-assignment.ts'

// By its default export: as named exports of this CommonJS package Node sees only the first few.
const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol

/** Of what a member tells the others; a group uses a protocol that all of its members know by this name. */
const name = 'coffer-same-number-same-member'
const version = 0

/**
 * Gives partition i of all topics to the same member, run by the member that the broker has made the leader. The client's own goes through
 * the partitions of one topic after the other, so that which ones of two topics meet depends on how many members there are.
 */
export const assignByNumber: PartitionAssigner = ({ cluster, groupId }) => ({
  name,
  version,
  protocol: ({ topics }) => ({
    name,
    metadata: MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
  }),
  assign: async ({ members, topics }) => {
    const wishes = members.map(({ memberId, memberMetadata }) => ({
      id: memberId,
      topics: MemberMetadata.decode(memberMetadata)?.topics ?? [],
    }))
    // The leader knows the partitions of its own topics. Those that others alone want are given out by one of them, once it leads.
    const partitions = topics.flatMap((topic) =>
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ topic, number: partitionId })),
    )
    const taken = [...assignPartitions(groupId, wishes, partitions)]
    return [...Map.groupBy(taken, ([, memberId]) => memberId)].map(([memberId, own]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({ version, assignment: byTopic(own), userData: Buffer.alloc(0) }),
    }))
  },
})

const byTopic = (taken: readonly (readonly [GroupPartition, string])[]): Record<string, number[]> =>
  Object.fromEntries(
    [...Map.groupBy(taken, ([{ topic }]) => topic)].map(([topic, own]) => [topic, own.map(([{ number }]) => number)]),
  )
