import type { InstanceId } from '../ids.ts'
import type { ScheduleId } from '../schedule/id.ts'

/** `heldUntil`: ISO 8601; null once the schedule is there. */
export type TimetableEntry = {
  readonly scheduleId: ScheduleId
  readonly instanceId: InstanceId
  readonly heldUntil: string | null
}

/** The schedules of a project: as many as `mostSchedules` at most. Each has a stream of its own, which says all else of it. */
export type TimetableState = { readonly entries: readonly TimetableEntry[] }

export const emptyTimetable: TimetableState = { entries: [] }
