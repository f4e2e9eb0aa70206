import type { ShownOf } from '../aggregate.ts'
import type { scheduleEvents } from './events.ts'

export const scheduleShown: ShownOf<typeof scheduleEvents> = {
  ScheduleCreated: ({ scheduleId, projectId, instanceId, action, cron, timeZone, lateMinutes, nextDue }) => ({
    scheduleId,
    projectId,
    instanceId,
    action,
    cron,
    timeZone,
    lateMinutes,
    nextDue,
  }),
  ScheduleChanged: ({ cron, timeZone, lateMinutes, nextDue }) => ({ cron, timeZone, lateMinutes, nextDue }),
  SchedulePaused: ({ reason }) => ({ reason }),
  ScheduleResumed: ({ nextDue }) => ({ nextDue }),
  ScheduleFellDue: ({ due, nextDue }) => ({ due, nextDue }),
  ScheduleRunsSkipped: ({ from, until, nextDue }) => ({ from, until, nextDue }),
  ScheduleRunAccepted: ({ due, operationId }) => ({ due, operationId }),
  ScheduleRunRefused: ({ due, code, message }) => ({ due, code, message }),
  ScheduleDeleted: ({ reason }) => ({ reason }),
}
