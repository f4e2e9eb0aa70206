import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { ProjectId } from '../ids.ts'
import type { Rejection } from '../rejection.ts'
import { hasPassed } from '../values/time.ts'
import type { TimetableCommand } from './commands.ts'
import type { TimetableEvent } from './events.ts'
import type { TimetableState } from './state.ts'

/** Of one project. Every process that runs sagas keeps them all in its memory. */
export const mostSchedules = 100

export const decide = (command: TimetableCommand, { entries }: TimetableState): Decision<TimetableEvent> => {
  const { projectId } = command
  switch (command.type) {
    case 'HoldEntry': {
      const { scheduleId, instanceId, now, heldUntil } = command
      const isOver = (time: string | null): boolean => time !== null && hasPassed(time, now)
      const lapsed = entries.filter((entry) => isOver(entry.heldUntil)).map((entry) => entry.scheduleId)
      const live = entries.filter((entry) => !lapsed.includes(entry.scheduleId))
      if (live.some((entry) => entry.scheduleId === scheduleId)) return accept()
      if (live.length >= mostSchedules) return reject(tooMany(projectId, live.length))
      return accept({ type: 'TimetableEntryHeld', data: { projectId, scheduleId, instanceId, heldUntil, lapsed } })
    }
    case 'ConfirmEntry': {
      const { scheduleId, instanceId } = command
      const isConfirmed = entries.some((entry) => entry.scheduleId === scheduleId && entry.heldUntil === null)
      return isConfirmed
        ? accept()
        : accept({ type: 'TimetableEntryConfirmed', data: { projectId, scheduleId, instanceId } })
    }
    case 'ReleaseEntry': {
      const gone = entries.filter(({ scheduleId }) => scheduleId === command.scheduleId)
      return released(projectId, gone, 'SCHEDULE_DELETED')
    }
    case 'ReleaseEntriesOf': {
      const gone = entries.filter(({ instanceId }) => instanceId === command.instanceId)
      return released(projectId, gone, 'INSTANCE_DELETED')
    }
    default:
      return unreachable(command)
  }
}

type Released = Extract<TimetableEvent, { readonly type: 'TimetableEntriesReleased' }>['data']

const released = (
  projectId: ProjectId,
  entries: TimetableState['entries'],
  reason: Released['reason'],
): Decision<TimetableEvent> => {
  const scheduleIds = entries.map(({ scheduleId }) => scheduleId)
  return scheduleIds.length === 0
    ? accept()
    : accept({ type: 'TimetableEntriesReleased', data: { projectId, scheduleIds, reason } })
}

const tooMany = (projectId: ProjectId, used: number): Rejection => ({
  code: 'QUOTA_EXCEEDED',
  message: `project ${projectId} has ${used} schedules, and may have ${mostSchedules}: delete one that is not needed any more`,
  details: { resource: 'schedules', limit: mostSchedules, used, asked: 1 },
})
