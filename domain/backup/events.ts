import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { backupIdSchema, instanceIdSchema, operationIdSchema, projectIdSchema } from '../ids.ts'
import { rejectionCodeSchema } from '../rejection.ts'
import { scheduleIdSchema } from '../schedule/id.ts'
import { knownUserSchema } from '../values/access.ts'
import { faultSchema } from '../values/fault.ts'
import { instanceSpecSchema } from '../values/instance-spec.ts'
import { backupContentsSchema } from './contents.ts'
import { readDataSchema } from './source.ts'

const time = z.iso.datetime()

export const backupEvents = {
  /**
   * A copy of the instance is being made by the operation, which has ended by `deadline`. `spec`, `databases`, `users`, `rootEnabled`: of the instance, as far as they
   * were made with Coffer. `scheduleId`: which schedule decides how long it stays; absent: it stays until somebody deletes it. `thenDelete`: the instance is deleted
   * once this is available.
   */
  BackupRequested: defineEvent(
    1,
    z.object({
      backupId: backupIdSchema,
      projectId: projectIdSchema,
      instanceId: instanceIdSchema,
      instanceName: z.string(),
      name: z.string(),
      operationId: operationIdSchema,
      deadline: time,
      spec: instanceSpecSchema,
      databases: z.array(z.string()),
      users: z.array(knownUserSchema),
      rootEnabled: z.boolean(),
      scheduleId: scheduleIdSchema.optional(),
      thenDelete: z.literal(true).optional(),
    }),
  ),
  /** All of it is in the store. Whether it can be restored is known when it was tried. */
  BackupCompleted: defineEvent(1, z.object({ contents: backupContentsSchema })),
  /** It came to nothing. `removeAt`: when what the store may have of it is removed; null: not before somebody deletes the backup. */
  BackupFailed: defineEvent(1, z.object({ fault: faultSchema, removeAt: time.nullable() })),
  /** It is being restored into an instance that is made for that, by this operation. */
  BackupVerificationBegun: defineEvent(1, z.object({ operationId: operationIdSchema, instanceId: instanceIdSchema })),
  /** It was restored, its engine ran, and all of it was read. */
  BackupVerified: defineEvent(1, z.object({ operationId: operationIdSchema, read: readDataSchema })),
  /** It could not be restored, or not be read, or nobody could find out. */
  BackupVerificationFailed: defineEvent(1, z.object({ operationId: operationIdSchema, fault: faultSchema })),
  /** It is available, but the instance that was to be deleted then stays: as the same command of a member would have been refused. */
  BackupInstanceKept: defineEvent(1, z.object({ code: rejectionCodeSchema, message: z.string() })),
  /** It cannot be restored any more. `removeAt`: when its objects and its key are removed. `retired`: its schedule keeps it no longer; absent: somebody asked. */
  BackupDeletionRequested: defineEvent(1, z.object({ removeAt: time, retired: z.literal(true).optional() })),
  /** Its objects and its key are being removed. `again`: when that begins anew if nothing is heard of it. */
  BackupRemovalBegun: defineEvent(1, z.object({ attempt: z.int().positive(), again: time })),
  /** The store did not remove them for now. */
  BackupRemovalPostponed: defineEvent(1, z.object({ reason: z.string(), until: time })),
  /** Nothing of it is left in the store, and what a copy of it has cannot be decrypted any more. */
  BackupRemoved: defineEvent(1, z.object({})),
}

export type BackupEvent = EventOf<typeof backupEvents>
