import { z } from 'zod'
import type { Rejection } from '../../domain/rejection.ts'
import { cronRefusal, timeZoneRefusal } from '../../domain/schedule/cron.ts'
import { lateRefusal } from '../../domain/schedule/decide.ts'
import { type ScheduleId, scheduleIdSchema } from '../../domain/schedule/id.ts'
import { type ScheduleCommand, schedule, scheduleStream } from '../../domain/schedule/index.ts'
import { retentionRefusal } from '../../domain/schedule/retention.ts'
import { timetable, timetableStream } from '../../domain/timetable/index.ts'
import { isoNow } from '../../kernel/clock.ts'
import { reaches } from '../dispatch/authorise.ts'
import { shownId } from './answers.ts'
import { cronField, keepFields, lateMinutesField, timeZoneField } from './create-schedule.ts'
import { type AnswerOf, accepted, type DispatchDependencies, defineCommand, type Job, refused } from './definition.ts'
import { flagField, uuidField } from './input.ts'

export const changeSchedule = defineCommand({
  name: 'ChangeSchedule',
  role: 'member',
  does: 'Changes the times of a schedule and which of its backups stay, pauses it or resumes it. What was due while it was paused is not made up for.',
  asks: 'Which schedule, and what of it is to change: what is left out stays as it is.',
  input: z.strictObject({
    id: uuidField(scheduleIdSchema, 'schedule id', 'The id of the schedule.'),
    cron: cronField().optional(),
    timeZone: timeZoneField().optional(),
    lateMinutes: lateMinutesField().optional(),
    ...keepFields(),
    paused: flagField('Whether it rests until it is resumed.').optional(),
  }),
  faults: ({ cron, timeZone, lateMinutes, keepCount, keepDays }) => [
    cron === undefined ? null : cronRefusal(cron),
    timeZone === undefined ? null : timeZoneRefusal(timeZone),
    lateMinutes === undefined ? null : lateRefusal(lateMinutes),
    retentionRefusal({ keepCount, keepDays }),
  ],
  answer: {
    name: 'ChangeSchedule',
    says: 'The schedule is as wished.',
    fields: z.object({ scheduleId: shownId(scheduleIdSchema, 'The schedule.') }),
  },
  carryOut: (dependencies, job, { id, ...changes }) =>
    tellSchedule(dependencies, job, id, { type: 'ChangeSchedule', ...changes, now: isoNow(dependencies.clock) }),
})

export const deleteSchedule = defineCommand({
  name: 'DeleteSchedule',
  role: 'member',
  does: 'Deletes a schedule for good. What it has begun goes on.',
  asks: 'Which schedule.',
  input: z.strictObject({ id: uuidField(scheduleIdSchema, 'schedule id', 'The id of the schedule.') }),
  answer: {
    name: 'DeleteSchedule',
    says: 'The schedule asks for nothing any more.',
    fields: z.object({ scheduleId: shownId(scheduleIdSchema, 'The schedule.') }),
  },
  carryOut: (dependencies, job, { id }) =>
    tellSchedule(dependencies, job, id, { type: 'DeleteSchedule', reason: 'ASKED' }),
})

/** Another project's schedule is answered like one that never was. */
const tellSchedule = async (
  dependencies: DispatchDependencies,
  job: Job,
  scheduleId: ScheduleId,
  command: Extract<ScheduleCommand, { readonly type: 'ChangeSchedule' | 'DeleteSchedule' }>,
): Promise<AnswerOf<{ readonly scheduleId: ScheduleId }>> => {
  const { handler } = dependencies
  const stream = scheduleStream(scheduleId)
  const { state } = await handler.load(schedule, stream)
  if (state.status === 'ABSENT' || !reaches(job.reach, state.projectId)) return refused(noSuchSchedule(scheduleId))
  const { projectId, instanceId } = state
  const context = { ...job.context, projectId, instanceId }
  const handled = await handler.handle(schedule, stream, command, context, { mayBeDone: job.repeat })
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  if (command.type === 'DeleteSchedule') {
    // At once, so that another can be made in its place; where this is not reached, the sagas come to it.
    const release = { type: 'ReleaseEntry', projectId, scheduleId } as const
    await handler.handle(timetable, timetableStream(projectId), release, context)
  }
  return accepted({ position: handled.position, replayed: handled.events.length === 0, scheduleId })
}

const noSuchSchedule = (scheduleId: ScheduleId): Rejection => ({
  code: 'NOT_FOUND',
  message: `there is no schedule ${scheduleId} that you may see`,
  field: 'id',
})
