import type { ShownOf } from '../aggregate.ts'
import type { timetableEvents } from './events.ts'

export const timetableShown: ShownOf<typeof timetableEvents> = {
  TimetableEntryHeld: ({ projectId, scheduleId, instanceId, heldUntil }) => ({
    projectId,
    scheduleId,
    instanceId,
    heldUntil,
  }),
  TimetableEntryConfirmed: ({ projectId, scheduleId, instanceId }) => ({ projectId, scheduleId, instanceId }),
  TimetableEntriesReleased: ({ projectId, scheduleIds, reason }) => ({ projectId, scheduleIds, reason }),
}
