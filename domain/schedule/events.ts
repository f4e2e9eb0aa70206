import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { backupIdSchema, instanceIdSchema, operationIdSchema, projectIdSchema } from '../ids.ts'
import { rejectionCodeSchema } from '../rejection.ts'
import { actionSchema } from './actions.ts'
import { scheduleIdSchema } from './id.ts'
import { retentionSchema } from './retention.ts'

const time = z.iso.datetime()

/** `lateMinutes`: how late a run may be and still be made up for. */
const timing = { cron: z.string(), timeZone: z.string(), lateMinutes: z.int().positive() }
/** Null: the expression names no moment ahead. */
const nextDue = time.nullable()
/** Absent: as before, which is at first that all stay. */
const keep = retentionSchema.optional()

export const scheduleEvents = {
  ScheduleCreated: defineEvent(
    1,
    z.object({
      scheduleId: scheduleIdSchema,
      projectId: projectIdSchema,
      instanceId: instanceIdSchema,
      action: actionSchema,
      ...timing,
      keep,
      nextDue,
    }),
  ),
  /** It has other times, or keeps other backups. `nextDue`: null also while it is paused. */
  ScheduleChanged: defineEvent(1, z.object({ ...timing, keep, nextDue })),
  /** `reason`: why Coffer has paused it; null where somebody asked for it. */
  SchedulePaused: defineEvent(1, z.object({ reason: z.string().nullable() })),
  ScheduleResumed: defineEvent(1, z.object({ nextDue })),
  /** Its time has come: what it does is asked for. */
  ScheduleFellDue: defineEvent(1, z.object({ due: time, nextDue })),
  /** What was due from `from` to `until`, both included, is not made up for: nobody was there in time. */
  ScheduleRunsSkipped: defineEvent(1, z.object({ from: time, until: time, nextDue })),
  /** `operationId`: what began with it; null where there was nothing to do. */
  ScheduleRunAccepted: defineEvent(1, z.object({ due: time, operationId: operationIdSchema.nullable() })),
  /** As the same command of a member would have been refused. */
  ScheduleRunRefused: defineEvent(1, z.object({ due: time, code: rejectionCodeSchema, message: z.string() })),
  /** A backup that it asked for is available. `retired`: those that go for it, as the schedule keeps so many for so long. */
  ScheduleBackupKept: defineEvent(
    1,
    z.object({ backupId: backupIdSchema, at: time, retired: z.array(backupIdSchema) }),
  ),
  /** The backups that it has made stay. */
  ScheduleDeleted: defineEvent(1, z.object({ reason: z.enum(['ASKED', 'INSTANCE_DELETED']) })),
}

export type ScheduleEvent = EventOf<typeof scheduleEvents>
