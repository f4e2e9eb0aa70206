import { unreachable } from '../decider.ts'
import type { ScheduleId } from '../schedule/id.ts'
import type { TimetableEvent } from './events.ts'
import type { TimetableEntry, TimetableState } from './state.ts'

const without = ({ entries }: TimetableState, ids: readonly ScheduleId[]): readonly TimetableEntry[] =>
  entries.filter(({ scheduleId }) => !ids.includes(scheduleId))

export const evolve = (state: TimetableState, event: TimetableEvent): TimetableState => {
  switch (event.type) {
    case 'TimetableEntryHeld': {
      const { scheduleId, instanceId, heldUntil, lapsed } = event.data
      return { entries: [...without(state, [...lapsed, scheduleId]), { scheduleId, instanceId, heldUntil }] }
    }
    case 'TimetableEntryConfirmed': {
      const { scheduleId, instanceId } = event.data
      return { entries: [...without(state, [scheduleId]), { scheduleId, instanceId, heldUntil: null }] }
    }
    case 'TimetableEntriesReleased':
      return { entries: without(state, event.data.scheduleIds) }
    default:
      return unreachable(event)
  }
}
