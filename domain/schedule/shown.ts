import type { ShownOf } from '../aggregate.ts'
import type { scheduleEvents } from './events.ts'

export const scheduleShown: ShownOf<typeof scheduleEvents> = {
  ScheduleCreated: ({ scheduleId, projectId, instanceId, action, cron, timeZone, lateMinutes, keep, nextDue }) => ({
    scheduleId,
    projectId,
    instanceId,
    action,
    cron,
    timeZone,
    lateMinutes,
    ...(keep && { keep }),
    nextDue,
  }),
  ScheduleChanged: ({ cron, timeZone, lateMinutes, keep, nextDue }) => ({
    cron,
    timeZone,
    lateMinutes,
    ...(keep && { keep }),
    nextDue,
  }),
  SchedulePaused: ({ reason }) => ({ reason }),
  ScheduleResumed: ({ nextDue }) => ({ nextDue }),
  ScheduleFellDue: ({ due, nextDue }) => ({ due, nextDue }),
  ScheduleRunsSkipped: ({ from, until, nextDue }) => ({ from, until, nextDue }),
  ScheduleRunAccepted: ({ due, operationId }) => ({ due, operationId }),
  ScheduleRunRefused: ({ due, code, message }) => ({ due, code, message }),
  ScheduleBackupKept: ({ backupId, at, retired }) => ({ backupId, at, retired }),
  ScheduleDeleted: ({ reason }) => ({ reason }),
}
