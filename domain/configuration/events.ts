import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { configurationIdSchema, instanceIdSchema, operationIdSchema, projectIdSchema } from '../ids.ts'
import { datastoreTypeSchema } from '../values/instance-spec.ts'
import { parameterValuesSchema } from '../values/parameter.ts'

const revision = z.int().positive()

export const configurationEvents = {
  /** `version`: the exact one by whose catalogue the values were checked. Its revision is 1. */
  ConfigurationCreated: defineEvent(
    1,
    z.object({
      configurationId: configurationIdSchema,
      projectId: projectIdSchema,
      name: z.string(),
      description: z.string(),
      datastore: datastoreTypeSchema,
      version: z.string(),
      values: parameterValuesSchema,
    }),
  ),
  /** People call or describe it otherwise: only what has changed is here. Its values and its instances are as they were. */
  ConfigurationDetailsChanged: defineEvent(1, z.object({ name: z.string(), description: z.string() }).partial()),
  /** It has other values, all of which are here. */
  ConfigurationChanged: defineEvent(1, z.object({ revision, values: parameterValuesSchema })),
  /**
   * Instances that have values of an earlier revision are to follow, `parallelism` of them at a time, restarted where a value takes it and `restart`
   * says so. A rollout that went on is over with it.
   */
  ConfigurationRolloutBegun: defineEvent(
    1,
    z.object({ revision, restart: z.boolean(), parallelism: z.int().positive() }),
  ),
  /** The instance has the values of this revision, or has them again. */
  ConfigurationInstanceFollowed: defineEvent(1, z.object({ instanceId: instanceIdSchema, revision })),
  /** The instance has none of its values any more: it follows another, or none, or is gone. */
  ConfigurationInstanceLeft: defineEvent(1, z.object({ instanceId: instanceIdSchema })),
  /** Of the rollout of this revision, these instances are asked to follow now. `at`: ISO 8601. */
  ConfigurationRolloutStepped: defineEvent(
    1,
    z.object({ revision, instanceIds: z.array(instanceIdSchema), at: z.iso.datetime() }),
  ),
  /** The instance was asked, and an operation has begun. */
  ConfigurationInstanceAsked: defineEvent(
    1,
    z.object({ revision, instanceId: instanceIdSchema, operationId: operationIdSchema }),
  ),
  /** `instanceId` and `reason`: of the first that failed or was refused; null else. Those that were not asked by then are as they were. */
  ConfigurationRolloutEnded: defineEvent(
    1,
    z.object({
      revision,
      outcome: z.enum(['SUCCEEDED', 'FAILED', 'CANCELLED']),
      instanceId: instanceIdSchema.nullable(),
      reason: z.string().nullable(),
    }),
  ),
  ConfigurationDeleted: defineEvent(1, z.object({ configurationId: configurationIdSchema })),
}

export type ConfigurationEvent = EventOf<typeof configurationEvents>
export type RolloutOutcome = Extract<ConfigurationEvent, { type: 'ConfigurationRolloutEnded' }>['data']['outcome']
