import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { instanceIdSchema, projectIdSchema } from '../ids.ts'
import { scheduleIdSchema } from '../schedule/id.ts'

export const timetableEvents = {
  /** There is room for a schedule, held until `heldUntil` or until the schedule is there. `lapsed`: those whose time had passed. */
  TimetableEntryHeld: defineEvent(
    1,
    z.object({
      projectId: projectIdSchema,
      scheduleId: scheduleIdSchema,
      instanceId: instanceIdSchema,
      heldUntil: z.iso.datetime(),
      lapsed: z.array(scheduleIdSchema),
    }),
  ),
  /** The schedule is there. */
  TimetableEntryConfirmed: defineEvent(
    1,
    z.object({ projectId: projectIdSchema, scheduleId: scheduleIdSchema, instanceId: instanceIdSchema }),
  ),
  /** `INSTANCE_DELETED`: the schedules are to end. */
  TimetableEntriesReleased: defineEvent(
    1,
    z.object({
      projectId: projectIdSchema,
      scheduleIds: z.array(scheduleIdSchema),
      reason: z.enum(['SCHEDULE_DELETED', 'INSTANCE_DELETED']),
    }),
  ),
}

export type TimetableEvent = EventOf<typeof timetableEvents>
