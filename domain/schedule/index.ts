import { defineAggregate } from '../aggregate.ts'
import type { ScheduleCommand } from './commands.ts'
import { decide } from './decide.ts'
import { scheduleEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { scheduleIdSchema } from './id.ts'
import { scheduleShown } from './shown.ts'
import { absentSchedule } from './state.ts'

export type { ScheduleCommand } from './commands.ts'
export { type ScheduleEvent, scheduleEvents } from './events.ts'
export type { ScheduleState } from './state.ts'

export const schedule = defineAggregate({
  category: 'schedule',
  id: scheduleIdSchema,
  events: scheduleEvents,
  audience: 'project',
  shown: scheduleShown,
  leadsTo: 'something',
  initial: absentSchedule,
  decide,
  evolve,
  timer: {
    nextDue: (state) => (state.status === 'ENABLED' ? state.nextDue : null),
    whenDue: (now): ScheduleCommand => ({ type: 'CheckDue', now }),
    whenUnreadable: (what): ScheduleCommand => ({ type: 'PauseUnreadable', what }),
    concerns: (state) => {
      if (state.status !== 'ENABLED') return null
      const { projectId, instanceId } = state
      return { projectId, instanceId, correlationId: null, traceparent: undefined }
    },
  },
})

export const scheduleCategory = schedule.category
export const scheduleStream = schedule.stream
