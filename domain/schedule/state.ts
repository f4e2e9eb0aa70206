import type { InstanceId, ProjectId } from '../ids.ts'
import type { ScheduledAction } from './action-names.ts'
import type { Timing } from './cron.ts'
import type { ScheduleId } from './id.ts'

type Known = Timing & {
  readonly scheduleId: ScheduleId
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly action: ScheduledAction
  readonly lateMinutes: number
  /** ISO 8601. The last one that it asked for. */
  readonly lastRun: { readonly due: string; readonly answered: boolean } | null
}

export type ScheduleState =
  | { readonly status: 'ABSENT' }
  | (Known & { readonly status: 'ENABLED'; readonly nextDue: string | null })
  | (Known & { readonly status: 'PAUSED' })
  | (Known & { readonly status: 'DELETED' })

export type KnownSchedule = Exclude<ScheduleState, { readonly status: 'ABSENT' }>

export const absentSchedule: ScheduleState = { status: 'ABSENT' }
