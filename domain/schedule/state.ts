import type { InstanceId, ProjectId } from '../ids.ts'
import type { ScheduledAction } from './action-names.ts'
import type { Timing } from './cron.ts'
import type { ScheduleId } from './id.ts'
import type { KeptBackup, Retention } from './retention.ts'

type Known = Timing & {
  readonly scheduleId: ScheduleId
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly action: ScheduledAction
  readonly lateMinutes: number
  readonly keep: Retention
  /** Those that it decides about, in order of their age: none where all stay. */
  readonly kept: readonly KeptBackup[]
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
