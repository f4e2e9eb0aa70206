import type { InstanceId, OperationId, ProjectId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { ScheduledAction } from '../../domain/schedule/action-names.ts'
import type { ScheduleId } from '../../domain/schedule/id.ts'
import type { scheduleCategory } from '../../domain/schedule/index.ts'
import { everyone } from '../lists.ts'
import {
  allOf,
  inProject,
  inScope,
  type Made,
  type Matcher,
  madeWithin,
  ofInstance,
  oneOf,
  type Scope,
} from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { aggregateId, defineFold } from '../projection.ts'
import { defineView } from '../view.ts'
import type { ScheduleStatus } from './schedule-status.ts'

/** Key: the id. Times are ISO 8601. Indexes: `project`, `instance`, `all`; `backing-up`: those that make backups and are not paused. */
export type ScheduleDocument = {
  readonly id: ScheduleId
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly action: ScheduledAction
  readonly cron: string
  readonly timeZone: string
  readonly lateMinutes: number
  /** Which of its backups stay. Null: no bound of that kind. */
  readonly keepCount: number | null
  readonly keepDays: number | null
  readonly status: ScheduleStatus
  /** Null where it was not Coffer that paused it. */
  readonly pausedBecause: string | null
  /** Null while it is paused. */
  readonly nextDue: string | null
  readonly lastRun: ScheduleRunDocument | null
  /** The first and the last moment at which it was due and nobody was there in time. */
  readonly lastSkipped: { readonly from: string; readonly until: string } | null
  readonly createdAt: string
  readonly createdBy: Actor
  /** When somebody last changed it. */
  readonly updatedAt: string
}

export type ScheduleRunDocument = {
  readonly due: string
  readonly status: 'ASKED' | 'ACCEPTED' | 'REFUSED'
  /** Null also where there was nothing to do. */
  readonly operationId: OperationId | null
  readonly refusal: Pick<Rejection, 'code' | 'message'> | null
}

/** The schedules that there are: one that is deleted is not shown any more. */
const fold = defineFold<ScheduleDocument, typeof scheduleCategory>()({
  view: 'schedules',
  version: 3,
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
        keepCount: data.keep?.count ?? null,
        keepDays: data.keep?.days ?? null,
        status: 'ENABLED',
        pausedBecause: null,
        nextDue: data.nextDue,
        lastRun: null,
        lastSkipped: null,
        createdAt: metadata.at,
        createdBy: metadata.actor,
        updatedAt: metadata.at,
      },
    ScheduleChanged: (document, { data: { cron, timeZone, lateMinutes, keep, nextDue }, metadata }) =>
      document && {
        ...document,
        cron,
        timeZone,
        lateMinutes,
        ...(keep && { keepCount: keep.count, keepDays: keep.days }),
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
    ScheduleBackupKept: 'ignored',
    ScheduleDeleted: () => null,
  },
  lists: {
    project: ({ projectId }) => projectId,
    instance: ({ instanceId }) => instanceId,
    'backing-up': ({ action, status }) => (action === 'backup' && status === 'ENABLED' ? everyone : null),
    all: () => everyone,
  },
  sortKey: ({ id }) => id,
})

export type ScheduleFilter = Scope &
  Made & {
    readonly instanceId?: InstanceId
    readonly actions?: readonly ScheduledAction[]
    readonly statuses?: readonly ScheduleStatus[]
  }

export const schedulesView = defineView(fold, ({ get, page }) => ({
  schedule: (id: ScheduleId) => get(id),
  schedules: (filter: ScheduleFilter, request: PageRequest) =>
    page(ofInstance(filter) ?? inScope(filter), request, scheduleMatcher(filter)),
}))

const scheduleMatcher = (filter: ScheduleFilter): Matcher<ScheduleDocument> => {
  const { actions, statuses } = filter
  return allOf<ScheduleDocument>(
    inProject(filter),
    oneOf(actions, (schedule) => schedule.action),
    oneOf(statuses, (schedule) => schedule.status),
    madeWithin(filter),
  )
}
