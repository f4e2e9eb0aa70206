import type { timetable } from '../timetable/index.ts'
import type { ReactionsOf } from './reaction.ts'

export const timetableReactions: ReactionsOf<typeof timetable> = {
  TimetableEntriesReleased: ({ data: { scheduleIds, reason } }) =>
    reason === 'SCHEDULE_DELETED'
      ? []
      : scheduleIds.map((id) => ({ target: 'schedule', id, command: { type: 'DeleteSchedule', reason } })),
  TimetableEntryHeld: 'none',
  TimetableEntryConfirmed: 'none',
}
