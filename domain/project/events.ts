import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { instanceIdSchema, projectIdSchema } from '../ids.ts'
import { resourcesSchema } from '../values/resources.ts'

/** Upper bounds of what a project may hold at one time. */
export const quotaLimitsSchema = resourcesSchema.extend({ instances: z.int().nonnegative() })
export type QuotaLimits = z.infer<typeof quotaLimitsSchema>

export const projectEvents = {
  /** An admin set the limits; until then the configured defaults hold. */
  ProjectQuotaSet: defineEvent(1, z.object({ projectId: projectIdSchema, limits: quotaLimitsSchema })),
  /** Room for one instance is held until `expiresAt`, for the instance to be requested. */
  QuotaReserved: defineEvent(
    1,
    z.object({
      projectId: projectIdSchema,
      instanceId: instanceIdSchema,
      resources: resourcesSchema,
      expiresAt: z.iso.datetime(),
    }),
  ),
  /** The instance was requested: the room is held until it is released. */
  QuotaCommitted: defineEvent(
    1,
    z.object({ projectId: projectIdSchema, instanceId: instanceIdSchema, resources: resourcesSchema }),
  ),
  QuotaReleased: defineEvent(
    1,
    z.object({
      projectId: projectIdSchema,
      instanceId: instanceIdSchema,
      reason: z.enum(['DELETED', 'FAILED', 'NOT_REQUESTED', 'EXPIRED']),
    }),
  ),
}

export type ProjectEvent = EventOf<typeof projectEvents>
