import type { Admin, GroupDescription } from 'kafkajs'
import type { Cluster } from './cluster.ts'
import { brokerRefusal, KafkaJSDeleteGroupsError } from './errors.ts'
import type { Renewable } from './renewable.ts'

export type GroupMembersDeps = { readonly admin: Renewable<Admin>; readonly cluster: Renewable<Cluster> }

export type GroupMembers = {
  /**
   * Takes members out of a group as if they had left it, so that nobody waits until their sessions have lapsed: all whose client id is chosen. One
   * that is alive after all joins again. Answers the client ids of those that were taken out.
   */
  dismiss(group: string, isChosen: (clientId: string) => boolean): Promise<readonly string[]>
  /** Deletes the groups without members whose names begin so, and answers their names. */
  removeEmpty(prefix: string): Promise<readonly string[]>
}

/** States of a group in which nobody is a member. */
const empty: ReadonlySet<string> = new Set(['Empty', 'Dead'])
/** What a broker says of a group that was joined, or deleted, since it was looked at. */
const changedMeanwhile: ReadonlySet<string | null> = new Set(['NON_EMPTY_GROUP', 'GROUP_ID_NOT_FOUND'])
/** A member that is not there any more has left by itself, or was taken out by another. */
const hasLeft = 'UNKNOWN_MEMBER_ID'

export const createGroupMembers = ({ admin, cluster }: GroupMembersDeps): GroupMembers => {
  const describe = async (groups: string[]): Promise<readonly GroupDescription[]> => {
    if (groups.length === 0) return []
    const answer = await admin.use('describing groups', (client) => client.describeGroups(groups))
    return answer.groups
  }

  const remove = (groups: string[]): Promise<readonly string[]> =>
    admin.use('deleting groups', async (client) => {
      try {
        await client.deleteGroups(groups)
        return groups
      } catch (error) {
        if (!(error instanceof KafkaJSDeleteGroupsError)) throw error
        const kept = new Map(error.groups.map((refused) => [refused.groupId, refused.error]))
        for (const refusal of kept.values()) if (!changedMeanwhile.has(brokerRefusal(refusal))) throw refusal
        return groups.filter((group) => !kept.has(group))
      }
    })

  return {
    dismiss: async (group, isChosen) => {
      const [description] = await describe([group])
      const chosen = (description?.members ?? []).filter(({ clientId }) => isChosen(clientId))
      if (chosen.length === 0) return []
      await cluster.use(`taking members out of group ${group}`, async (client) => {
        const coordinator = await client.findGroupCoordinator({ groupId: group })
        for (const { memberId } of chosen) {
          await coordinator.leaveGroup({ groupId: group, memberId }).catch((error) => {
            if (brokerRefusal(error) !== hasLeft) throw error
          })
        }
      })
      return chosen.map(({ clientId }) => clientId)
    },
    removeEmpty: async (prefix) => {
      const { groups } = await admin.use('listing the groups', (client) => client.listGroups())
      const named = groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(prefix))
      const unused = (await describe(named)).filter(({ state }) => empty.has(state)).map(({ groupId }) => groupId)
      return unused.length === 0 ? [] : remove(unused)
    },
  }
}
