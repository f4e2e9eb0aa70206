import { z } from 'zod'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import { actionSchema } from '../../domain/schedule/actions.ts'
import { cronRefusal, leastMinutes, timeZoneRefusal } from '../../domain/schedule/cron.ts'
import { defaultLateMinutes, lateRefusal, mostLateMinutes } from '../../domain/schedule/decide.ts'
import { parseScheduleId, scheduleIdSchema } from '../../domain/schedule/id.ts'
import { schedule, scheduleStream } from '../../domain/schedule/index.ts'
import { mostKept, retentionRefusal } from '../../domain/schedule/retention.ts'
import { mostSchedules } from '../../domain/timetable/decide.ts'
import { timetable, timetableStream } from '../../domain/timetable/index.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import { reaches } from '../dispatch/authorise.ts'
import { noSuchInstance } from '../dispatch/change-instance.ts'
import { lossOf } from '../dispatch/lost-stream.ts'
import { shownId } from './answers.ts'
import { accepted, defineCommand, refused } from './definition.ts'
import { instanceIdField, textField, wholeNumberField } from './input.ts'

export const cronField = () =>
  textField(
    `When: a cron expression of five fields (minute, hour, day of the month, month, day of the week), such as \`0 3 * * SUN\`. At least ${leastMinutes} minutes lie between two runs.`,
  )
export const timeZoneField = () =>
  textField('Where the expression is read: a time zone of the IANA database, such as `Europe/Berlin`.')
export const lateMinutesField = () =>
  wholeNumberField(
    `How many minutes late a run may be, where nobody was there in time, and still be made up for: 1 to ${mostLateMinutes}. One that is later is skipped.`,
  )

export const keepFields = () => ({
  keepCount: wholeNumberField(
    `How many of the backups that it makes stay: 1 to ${mostKept.count}. When a new one is available, older ones beyond that are deleted. 0: all stay.`,
  ).optional(),
  keepDays: wholeNumberField(
    `For how many days the backups that it makes stay: 1 to ${mostKept.days}. When a new one is available, those that are older are deleted, never the new one. 0: for good.`,
  ).optional(),
})

/** Room in the project's timetable, held with an expiry until the sagas have seen the schedule made, then the schedule itself. */
export const createSchedule = defineCommand({
  name: 'CreateSchedule',
  role: 'member',
  does: `Has something done to an instance at certain times, from now on. A project has at most ${mostSchedules} schedules.`,
  asks: 'What is to be done, and when.',
  input: z.strictObject({
    instanceId: instanceIdField(),
    action: actionSchema.meta({ enumType: 'ScheduleAction', description: 'What is to be done.' }),
    cron: cronField(),
    timeZone: timeZoneField().default('UTC'),
    lateMinutes: lateMinutesField().default(defaultLateMinutes),
    ...keepFields(),
  }),
  faults: ({ cron, timeZone, lateMinutes, ...keep }) => [
    cronRefusal(cron),
    timeZoneRefusal(timeZone),
    lateRefusal(lateMinutes),
    retentionRefusal(keep),
  ],
  answer: {
    name: 'CreateSchedule',
    says: 'The schedule is there.',
    fields: z.object({ scheduleId: shownId(scheduleIdSchema, 'Its id.') }),
  },
  carryOut: async (dependencies, job, { instanceId, ...wish }) => {
    const { handler, clock, settings } = dependencies
    const { state } = await handler.load(instance, instanceStream(instanceId))
    if (state.status === 'ABSENT' || state.status === 'DELETED' || !reaches(job.reach, state.projectId)) {
      const loss = state.status === 'ABSENT' ? lossOf(dependencies, job, instanceStream(instanceId)) : null
      return refused(loss ?? { ...noSuchInstance(instanceId), field: 'instanceId' })
    }
    const { projectId } = state
    const scheduleId = job.ids.made('schedule', parseScheduleId)
    const context = { ...job.context, projectId, instanceId }
    const now = isoNow(clock)
    const room = timetableStream(projectId)
    const entry = { projectId, scheduleId, instanceId }
    const hold = { type: 'HoldEntry', ...entry, now, heldUntil: isoAfter(clock, settings.reservationMs) } as const
    const held = await handler.handle(timetable, room, hold, context)
    if (held.outcome === 'rejected') return refused(held.rejection)
    const create = { type: 'CreateSchedule', ...entry, ...wish, now } as const
    const made = await handler.handle(schedule, scheduleStream(scheduleId), create, context)
    if (made.outcome === 'rejected') {
      await handler.handle(timetable, room, { type: 'ReleaseEntry', projectId, scheduleId }, context)
      return refused(made.rejection)
    }
    return accepted({ position: made.position, replayed: made.events.length === 0, scheduleId })
  },
})
