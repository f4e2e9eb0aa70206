import type { scheduleCategory } from '../../domain/schedule/index.ts'
import type { ScheduleDocument } from '../documents.ts'
import { everyone } from '../lists.ts'
import { aggregateId, defineView } from '../projection.ts'

/** The schedules that there are: one that is deleted is not shown any more. */
export const schedulesProjection = defineView<ScheduleDocument, typeof scheduleCategory, 'schedules'>({
  view: 'schedules',
  version: 1,
  keysOf: (event) => [aggregateId(event)],
  on: {
    ScheduleCreated: (document, { data, metadata }) =>
      document ?? {
        id: data.scheduleId,
        projectId: data.projectId,
        instanceId: data.instanceId,
        action: data.action,
        cron: data.cron,
        timeZone: data.timeZone,
        lateMinutes: data.lateMinutes,
        status: 'ENABLED',
        pausedBecause: null,
        nextDue: data.nextDue,
        lastRun: null,
        lastSkipped: null,
        createdAt: metadata.at,
        createdBy: metadata.actor,
        updatedAt: metadata.at,
      },
    ScheduleChanged: (document, { data: { cron, timeZone, lateMinutes, nextDue }, metadata }) =>
      document && {
        ...document,
        cron,
        timeZone,
        lateMinutes,
        nextDue: document.status === 'ENABLED' ? nextDue : null,
        updatedAt: metadata.at,
      },
    SchedulePaused: (document, { data, metadata }) =>
      document && {
        ...document,
        status: 'PAUSED',
        pausedBecause: data.reason,
        nextDue: null,
        updatedAt: metadata.at,
      },
    ScheduleResumed: (document, { data, metadata }) =>
      document && {
        ...document,
        status: 'ENABLED',
        pausedBecause: null,
        nextDue: data.nextDue,
        updatedAt: metadata.at,
      },
    ScheduleFellDue: (document, { data: { due, nextDue } }) =>
      document && { ...document, nextDue, lastRun: { due, status: 'ASKED', operationId: null, refusal: null } },
    ScheduleRunsSkipped: (document, { data: { from, until, nextDue } }) =>
      document && { ...document, nextDue, lastSkipped: { from, until } },
    ScheduleRunAccepted: (document, { data: { due, operationId } }) =>
      document && { ...document, lastRun: { due, status: 'ACCEPTED', operationId, refusal: null } },
    ScheduleRunRefused: (document, { data: { due, code, message } }) =>
      document && { ...document, lastRun: { due, status: 'REFUSED', operationId: null, refusal: { code, message } } },
    ScheduleDeleted: () => null,
  },
  lists: { project: ({ projectId }) => projectId, instance: ({ instanceId }) => instanceId, all: () => everyone },
  sortKey: ({ id }) => id,
})
