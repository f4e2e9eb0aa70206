import type { RolloutOutcome } from '../../domain/configuration/events.ts'
import type { configurationCategory } from '../../domain/configuration/index.ts'
import type { ConfigurationId, InstanceId, ProjectId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import type { ParameterValues } from '../../domain/values/parameter.ts'
import { everyone } from '../lists.ts'
import { inScope, type Scope } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { aggregateId, defineFold } from '../projection.ts'
import { defineView } from '../view.ts'

/** Key: the id. Indexes: `project`, `all`. One that is deleted is not there any more. */
export type ConfigurationDocument = {
  readonly id: ConfigurationId
  readonly projectId: ProjectId
  readonly name: string
  readonly description: string
  readonly datastore: DatastoreType
  readonly version: string
  readonly revision: number
  readonly values: ParameterValues
  /** Those that follow it, and at which revision they are. */
  readonly instances: Readonly<Record<InstanceId, number>>
  /** The last one; null before the first. */
  readonly rollout: RolloutDocument | null
  readonly createdAt: string
  readonly createdBy: Actor
  readonly updatedAt: string
}

/** `status`: `RUNNING` until it has ended. `instanceId` and `reason`: of the first instance that failed; null else. */
export type RolloutDocument = {
  readonly revision: number
  readonly restart: boolean
  readonly parallelism: number
  readonly status: 'RUNNING' | RolloutOutcome
  readonly instanceId: InstanceId | null
  readonly reason: string | null
}

const withRollout = (
  document: ConfigurationDocument | null,
  change: Partial<RolloutDocument>,
): ConfigurationDocument | null =>
  document?.rollout ? { ...document, rollout: { ...document.rollout, ...change } } : document

/** The configuration groups that there are: one that is deleted is not shown any more. */
const fold = defineFold<ConfigurationDocument, typeof configurationCategory>()({
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
    ConfigurationDetailsChanged: (document, { data, metadata }) =>
      document && { ...document, ...data, updatedAt: metadata.at },
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

export const configurationsView = defineView(fold, ({ get, page }) => ({
  configuration: (id: ConfigurationId) => get(id),
  configurations: (scope: Scope, request: PageRequest) => page(inScope(scope), request),
}))
