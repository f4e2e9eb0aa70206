import type { configuration } from '../configuration/index.ts'
import type { ReactionsOf } from './reaction.ts'

export const configurationReactions: ReactionsOf<typeof configuration> = {
  /** Each instance is asked as a member would ask. What another step has taken over, or nobody wants any more, is not asked. */
  ConfigurationRolloutStepped: {
    present: ({ data: { revision, instanceIds, at } }, state) => {
      if (state.status !== 'ACTIVE' || state.rollout?.revision !== revision) return []
      const { configurationId, projectId } = state
      const { asked, restart } = state.rollout
      return instanceIds
        .filter((instanceId) => asked[instanceId] === null)
        .map((instanceId) => ({
          target: 'public' as const,
          by: 'configurations',
          projectId,
          identity: { at, parts: [configurationId, String(revision), instanceId] },
          command: { type: 'AttachConfiguration' as const, id: instanceId, configurationId, restart },
          answered: (answer) => [
            {
              target: 'configuration' as const,
              id: configurationId,
              command: {
                type: 'NoteAsked' as const,
                instanceId,
                revision,
                operationId: answer.accepted ? answer.operationId : null,
                reason: answer.accepted ? null : answer.rejection.message,
              },
            },
          ],
        }))
    },
  },
  ConfigurationCreated: 'none',
  ConfigurationDetailsChanged: 'none',
  ConfigurationChanged: 'none',
  ConfigurationRolloutBegun: 'none',
  ConfigurationInstanceFollowed: 'none',
  ConfigurationInstanceLeft: 'none',
  ConfigurationInstanceAsked: 'none',
  ConfigurationRolloutEnded: 'none',
  ConfigurationDeleted: 'none',
}
