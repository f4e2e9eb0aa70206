import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { backupIdSchema, instanceIdSchema, projectIdSchema } from '../ids.ts'
import { tokenIdSchema } from '../token/id.ts'
import { holdingSchema } from '../values/ledger.ts'
import { resourcesSchema } from '../values/resources.ts'

/** Upper bounds of what a project may hold at one time. `backupGiB`: of backups in their store; absent: the configured default holds. */
export const quotaLimitsSchema = resourcesSchema.extend({
  instances: z.int().nonnegative(),
  backupGiB: z.int().nonnegative().optional(),
})
export type QuotaLimits = z.infer<typeof quotaLimitsSchema>

const ofBackup = { projectId: projectIdSchema, backupId: backupIdSchema }
const bytes = z.int().nonnegative()

const name = { projectId: projectIdSchema, instanceId: instanceIdSchema, name: z.string() }

export const projectEvents = {
  /** No other instance of the project gets the name before `heldUntil`: this one is about to. */
  ProjectNameHeld: defineEvent(1, z.object({ ...name, heldUntil: z.iso.datetime() })),
  /** The instance has the name, and the one it had before is free. */
  ProjectNameConfirmed: defineEvent(1, z.object(name)),
  /** The instance was deleted, or did not get the name in the end. */
  ProjectNameReleased: defineEvent(1, z.object(name)),
  /** Room for one token is held until `heldUntil`, for it to be issued. `ended`: tokens that hold no room any more, as their time has passed. */
  ProjectTokenHeld: defineEvent(
    1,
    z.object({
      projectId: projectIdSchema,
      tokenId: tokenIdSchema,
      ancestors: z.array(tokenIdSchema),
      expiresAt: z.iso.datetime().nullable(),
      heldUntil: z.iso.datetime(),
      ended: z.array(tokenIdSchema),
    }),
  ),
  /** The token was issued: its room is held until it expires or is released. */
  ProjectTokenConfirmed: defineEvent(1, z.object({ projectId: projectIdSchema, tokenId: tokenIdSchema })),
  /** The token was revoked: neither it nor those that were made with it hold room. */
  ProjectTokenReleased: defineEvent(1, z.object({ projectId: projectIdSchema, tokenId: tokenIdSchema })),
  /** Room for one backup is held until `heldUntil`, for it to be made. `ended`: backups that hold no room any more, as their time has passed. */
  ProjectBackupHeld: defineEvent(
    1,
    z.object({ ...ofBackup, bytes, heldUntil: z.iso.datetime(), ended: z.array(backupIdSchema) }),
  ),
  /** The backup is available: what it takes in the store is held until it is released. */
  ProjectBackupConfirmed: defineEvent(1, z.object({ ...ofBackup, bytes })),
  /** The backup failed, was removed, or was not made after all. */
  ProjectBackupReleased: defineEvent(1, z.object(ofBackup)),
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
  /** The instance was requested: the room is held until it is released, and what is for `increases` until their time has passed. */
  QuotaCommitted: defineEvent(
    1,
    z.object({ projectId: projectIdSchema, instanceId: instanceIdSchema, ...holdingSchema }),
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
