import type { InstanceId, ProjectId } from '../ids.ts'
import type { ScheduleId } from '../schedule/id.ts'

type Entry = { readonly projectId: ProjectId; readonly scheduleId: ScheduleId; readonly instanceId: InstanceId }

export type TimetableCommand =
  /** Room for one schedule, before it is made. */
  | (Entry & { readonly type: 'HoldEntry'; readonly now: string; readonly heldUntil: string })
  /** The schedule is there, even if its room was held no more. */
  | (Entry & { readonly type: 'ConfirmEntry' })
  | { readonly type: 'ReleaseEntry'; readonly projectId: ProjectId; readonly scheduleId: ScheduleId }
  /** The instance is deleted: its schedules are to end. */
  | { readonly type: 'ReleaseEntriesOf'; readonly projectId: ProjectId; readonly instanceId: InstanceId }
