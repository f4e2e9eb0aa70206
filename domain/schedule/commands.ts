import type { BackupId, InstanceId, OperationId, ProjectId } from '../ids.ts'
import type { Rejection } from '../rejection.ts'
import type { ScheduledAction } from './action-names.ts'
import type { ScheduleId } from './id.ts'
import type { RetentionWish } from './retention.ts'

/** `now`: ISO 8601, when the command is handled. */
export type ScheduleCommand =
  | (RetentionWish & {
      readonly type: 'CreateSchedule'
      readonly scheduleId: ScheduleId
      readonly projectId: ProjectId
      readonly instanceId: InstanceId
      readonly action: ScheduledAction
      readonly cron: string
      readonly timeZone: string
      readonly lateMinutes: number
      readonly now: string
    })
  /** What is left out stays as it is. */
  | (RetentionWish & {
      readonly type: 'ChangeSchedule'
      readonly cron?: string | undefined
      readonly timeZone?: string | undefined
      readonly lateMinutes?: number | undefined
      readonly paused?: boolean | undefined
      readonly now: string
    })
  /** Its next time may have come by `now`. */
  | { readonly type: 'CheckDue'; readonly now: string }
  /** What was written to its stream cannot be read: nobody knows what it was to do. */
  | { readonly type: 'PauseUnreadable'; readonly what: string }
  /** The command that it asked for at `due` was answered. `rejection`: null where it was accepted. */
  | {
      readonly type: 'RecordRun'
      readonly due: string
      readonly operationId: OperationId | null
      readonly rejection: Rejection | null
    }
  /** A backup that it asked for is available. */
  | { readonly type: 'KeepBackup'; readonly backupId: BackupId; readonly now: string }
  | { readonly type: 'DeleteSchedule'; readonly reason: 'ASKED' | 'INSTANCE_DELETED' }
