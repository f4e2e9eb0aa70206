import type { configurationCategory } from '../../domain/configuration/index.ts'
import type { ConfigurationDocument, RolloutDocument } from '../documents.ts'
import { everyone } from '../lists.ts'
import { aggregateId, defineView } from '../projection.ts'

const withRollout = (
  document: ConfigurationDocument | null,
  change: Partial<RolloutDocument>,
): ConfigurationDocument | null =>
  document?.rollout ? { ...document, rollout: { ...document.rollout, ...change } } : document

/** The configuration groups that there are: one that is deleted is not shown any more. */
export const configurationsProjection = defineView<
  ConfigurationDocument,
  typeof configurationCategory,
  'configurations'
>({
  view: 'configurations',
  version: 1,
  keysOf: (event) => [aggregateId(event)],
  on: {
    ConfigurationCreated: (document, { data: { configurationId: id, ...data }, metadata }) =>
      document ?? {
        id,
        ...data,
        revision: 1,
        instances: {},
        rollout: null,
        createdAt: metadata.at,
        createdBy: metadata.actor,
        updatedAt: metadata.at,
      },
    ConfigurationChanged: (document, { data, metadata }) =>
      document && { ...document, ...data, updatedAt: metadata.at },
    ConfigurationRolloutBegun: (document, { data }) =>
      document && { ...document, rollout: { ...data, status: 'RUNNING', instanceId: null, reason: null } },
    ConfigurationInstanceFollowed: (document, { data: { instanceId, revision } }) =>
      document && { ...document, instances: { ...document.instances, [instanceId]: revision } },
    ConfigurationInstanceLeft: (document, { data: { instanceId } }) => {
      if (!document) return document
      const { [instanceId]: _, ...instances } = document.instances
      return { ...document, instances }
    },
    ConfigurationRolloutStepped: (document) => document,
    ConfigurationInstanceAsked: (document) => document,
    ConfigurationRolloutEnded: (document, { data: { outcome, instanceId, reason } }) =>
      withRollout(document, { status: outcome, instanceId, reason }),
    ConfigurationDeleted: () => null,
  },
  lists: { project: ({ projectId }) => projectId, all: () => everyone },
  sortKey: ({ id }) => id,
})
