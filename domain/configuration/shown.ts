import type { ShownOf } from '../aggregate.ts'
import type { configurationEvents } from './events.ts'

export const configurationShown: ShownOf<typeof configurationEvents> = {
  ConfigurationCreated: ({ configurationId, projectId, name, description, datastore, version, values }) => ({
    ...{ configurationId, projectId, name, description, datastore, version, values },
  }),
  ConfigurationDetailsChanged: (changed) => changed,
  ConfigurationChanged: ({ revision, values }) => ({ revision, values }),
  ConfigurationRolloutBegun: ({ revision, restart, parallelism }) => ({ revision, restart, parallelism }),
  ConfigurationInstanceFollowed: ({ instanceId, revision }) => ({ instanceId, revision }),
  ConfigurationInstanceLeft: ({ instanceId }) => ({ instanceId }),
  ConfigurationRolloutStepped: ({ revision, instanceIds }) => ({ revision, instanceIds }),
  ConfigurationInstanceAsked: ({ revision, instanceId, operationId }) => ({ revision, instanceId, operationId }),
  ConfigurationRolloutEnded: ({ revision, outcome, instanceId, reason }) => ({ revision, outcome, instanceId, reason }),
  ConfigurationDeleted: ({ configurationId }) => ({ configurationId }),
}
