import { scheduledActions } from '../schedule/actions.ts'
import type { schedule } from '../schedule/index.ts'
import type { ReactionsOf } from './reaction.ts'

export const scheduleReactions: ReactionsOf<typeof schedule> = {
  ScheduleCreated: ({ data: { projectId, scheduleId, instanceId } }) => [
    { target: 'timetable', id: projectId, command: { type: 'ConfirmEntry', projectId, scheduleId, instanceId } },
  ],
  /** What it does is asked for as a member would ask, in the name of the project. A repeat asks nothing once the answer is recorded. */
  ScheduleFellDue: {
    present: ({ data: { due } }, state) => {
      if (state.status === 'ABSENT' || state.status === 'DELETED') return []
      const { scheduleId, projectId, instanceId, action, lastRun } = state
      if (lastRun?.due !== due || lastRun.answered) return []
      return [
        {
          target: 'public',
          by: 'schedules',
          projectId,
          identity: { at: due, parts: [scheduleId] },
          command: scheduledActions[action].command(instanceId, scheduleId),
          answered: (answer) => [
            {
              target: 'schedule',
              id: scheduleId,
              command: {
                type: 'RecordRun',
                due,
                operationId: answer.accepted ? answer.operationId : null,
                rejection: answer.accepted ? null : answer.rejection,
              },
            },
          ],
        },
      ]
    },
  },
  ScheduleDeleted: (_, state) => {
    if (state.status === 'ABSENT') return []
    const { projectId, scheduleId } = state
    return [{ target: 'timetable', id: projectId, command: { type: 'ReleaseEntry', projectId, scheduleId } }]
  },
  ScheduleBackupKept: ({ data: { retired } }) =>
    retired.map((id) => ({ target: 'backup', id, command: { type: 'RetireBackup' } })),
  ScheduleChanged: 'none',
  SchedulePaused: 'none',
  ScheduleResumed: 'none',
  ScheduleRunsSkipped: 'none',
  ScheduleRunAccepted: 'none',
  ScheduleRunRefused: 'none',
}
