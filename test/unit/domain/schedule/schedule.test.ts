import { describe, expect, it } from 'vitest'
import type { ScheduleCommand, ScheduleEvent } from '../../../../domain/schedule/index.ts'
import { schedule, scheduleEvents } from '../../../../domain/schedule/index.ts'
import { specOf } from '../../../support/spec.ts'
import { instanceId, operationId, projectId, scheduleId } from '../samples.ts'

const { given } = specOf(schedule, scheduleEvents)

const timing = { cron: '0 3 * * *', timeZone: 'Europe/Berlin', lateMinutes: 60 }
const wish = { scheduleId: scheduleId(), projectId, instanceId: instanceId(), action: 'restart', ...timing } as const
const day = (date: number, time = '02:00:00.000'): string => `2026-01-${String(date).padStart(2, '0')}T${time}Z`
const create: ScheduleCommand = { type: 'CreateSchedule', ...wish, now: day(10, '12:00:00.000') }
const created: ScheduleEvent = { type: 'ScheduleCreated', data: { ...wish, nextDue: day(11) } }
const check = (now: string): ScheduleCommand => ({ type: 'CheckDue', now })
const change = (changes: object, now = day(10, '13:00:00.000')): ScheduleCommand => ({
  type: 'ChangeSchedule',
  ...changes,
  now,
})
const fellDue = (date: number): ScheduleEvent => ({
  type: 'ScheduleFellDue',
  data: { due: day(date), nextDue: day(date + 1) },
})
const paused: ScheduleEvent = { type: 'SchedulePaused', data: { reason: null } }
const deleted: ScheduleEvent = { type: 'ScheduleDeleted', data: { reason: 'ASKED' } }
const nextDueAfter = (...events: readonly ScheduleEvent[]) => schedule.timer?.nextDue(given(...events).state)

describe('making a schedule', () => {
  it('says when it is due first', () => {
    given().when(create).thenEvents(created)
    expect(nextDueAfter(created)).toBe(day(11))
  })

  it('tells all that is wrong with it', () => {
    const rejection = given()
      .when({ ...create, cron: '* * * * *', timeZone: 'Mars', lateMinutes: 0 })
      .thenRejected('INVALID_INPUT', { field: 'cron' })
    expect(rejection.alsoWrong?.map(({ field }) => field)).toEqual(['timeZone', 'lateMinutes'])
  })
})

describe('changing a schedule', () => {
  it('moves its next time, and leaves what is not named', () => {
    const data = { ...timing, cron: '0 5 * * *', nextDue: day(11, '04:00:00.000') }
    given(created)
      .when(change({ cron: '0 5 * * *' }))
      .thenEvents({ type: 'ScheduleChanged', data })
  })

  it('does nothing where it is so already', () => {
    given(created)
      .when(change({ cron: '0 3 * * *', paused: false }))
      .thenNothing()
    given(created, paused)
      .when(change({ paused: true }))
      .thenNothing()
  })

  it('keeps a time that has come, unless the times change', () => {
    const late = change({ lateMinutes: 90 }, day(11, '02:00:30.000'))
    given(created)
      .when(late)
      .thenEvents({ type: 'ScheduleChanged', data: { ...timing, lateMinutes: 90, nextDue: day(11) } })
  })

  it('pauses it, and resumes it without what was due meanwhile', () => {
    given(created)
      .when(change({ paused: true }))
      .thenEvents(paused)
    expect(nextDueAfter(created, paused)).toBeNull()
    const resumed: ScheduleEvent = { type: 'ScheduleResumed', data: { nextDue: day(16) } }
    given(created, paused)
      .when(change({ paused: false }, day(15, '12:00:00.000')))
      .thenEvents(resumed)
    expect(nextDueAfter(created, paused, resumed)).toBe(day(16))
  })

  it('lets it sleep on at other times', () => {
    const changed: ScheduleEvent = {
      type: 'ScheduleChanged',
      data: { ...timing, cron: '0 5 * * *', nextDue: null },
    }
    given(created, paused)
      .when(change({ cron: '0 5 * * *' }))
      .thenEvents(changed)
    expect(nextDueAfter(created, paused, changed)).toBeNull()
  })

  it('is refused for one that is deleted or never was, and for times that are none', () => {
    given()
      .when(change({ paused: true }))
      .thenRejected('NOT_FOUND')
    given(created, deleted)
      .when(change({ paused: true }))
      .thenRejected('NOT_FOUND')
    given(created)
      .when(change({ timeZone: 'Mars' }))
      .thenRejected('INVALID_INPUT', { field: 'timeZone' })
  })
})

describe('a schedule whose time has come', () => {
  it('asks for what it does, once, and says when it is due next', () => {
    given(created)
      .when(check(day(11)))
      .thenEvents(fellDue(11))
    given(created)
      .when(check(day(11, '02:00:00.250')))
      .thenEvents(fellDue(11))
    expect(nextDueAfter(created, fellDue(11))).toBe(day(12))
  })

  it('does nothing before, while it is paused, and once it is deleted', () => {
    given(created)
      .when(check(day(11, '01:59:59.999')))
      .thenNothing()
    given(created, paused)
      .when(check(day(11)))
      .thenNothing()
    given(created, deleted)
      .when(check(day(11)))
      .thenNothing()
    given()
      .when(check(day(11)))
      .thenNothing()
  })

  it('makes up for a run that is no later than it may be', () => {
    given(created)
      .when(check(day(11, '03:00:00.000')))
      .thenEvents(fellDue(11))
  })

  it('skips one that is later, and says so', () => {
    given(created)
      .when(check(day(11, '03:00:00.001')))
      .thenEvents({ type: 'ScheduleRunsSkipped', data: { from: day(11), until: day(11), nextDue: day(12) } })
  })

  it('runs once for the last of several that were missed, and skips the others', () => {
    given(created)
      .when(check(day(15, '02:30:00.000')))
      .thenEvents(
        { type: 'ScheduleRunsSkipped', data: { from: day(11), until: day(14), nextDue: day(15) } },
        fellDue(15),
      )
  })

  it('skips all where the last is too late as well', () => {
    given(created)
      .when(check(day(15, '12:00:00.000')))
      .thenEvents({ type: 'ScheduleRunsSkipped', data: { from: day(11), until: day(15), nextDue: day(16) } })
  })

  it('says the next time of a zone whose clocks change meanwhile', () => {
    const march = { ...wish, nextDue: '2026-03-28T02:00:00.000Z' }
    given({ type: 'ScheduleCreated', data: march })
      .when(check('2026-03-28T02:00:00.000Z'))
      .thenEvents({
        type: 'ScheduleFellDue',
        data: { due: '2026-03-28T02:00:00.000Z', nextDue: '2026-03-29T01:00:00.000Z' },
      })
  })

  it('pauses where its history cannot be read, and says why', () => {
    const what = 'revision 3 cannot be read'
    const unread: ScheduleEvent = { type: 'SchedulePaused', data: { reason: what } }
    given(created).when({ type: 'PauseUnreadable', what }).thenEvents(unread)
    expect(nextDueAfter(created, unread)).toBeNull()
  })
})

describe('the answer to what a schedule asked for', () => {
  const run = { type: 'RecordRun', due: day(11), operationId: operationId(), rejection: null } as const
  const rejection = { code: 'OPERATION_IN_PROGRESS', message: 'another operation is changing it' } as const
  const refused: ScheduleEvent = { type: 'ScheduleRunRefused', data: { due: day(11), ...rejection } }

  it('is kept: what began, or why it was refused', () => {
    given(created, fellDue(11))
      .when(run)
      .thenEvents({ type: 'ScheduleRunAccepted', data: { due: day(11), operationId: operationId() } })
    given(created, fellDue(11))
      .when({ ...run, operationId: null, rejection })
      .thenEvents(refused)
  })

  it('is kept once, and only of the last run', () => {
    given(created, fellDue(11), refused).when(run).thenNothing()
    given(created, fellDue(11), fellDue(12)).when(run).thenNothing()
    given(created).when(run).thenNothing()
    given(created, fellDue(11), deleted).when(run).thenNothing()
  })

  it('is kept of one that was paused meanwhile', () => {
    given(created, fellDue(11), paused).when(run).thenTypes('ScheduleRunAccepted')
  })

  it('ends the schedule where there is no instance any more', () => {
    given(created, fellDue(11))
      .when({ ...run, operationId: null, rejection: { code: 'NOT_FOUND', message: 'there is none' } })
      .thenTypes('ScheduleRunRefused', 'ScheduleDeleted')
  })
})

describe('deleting a schedule', () => {
  it('ends it, once', () => {
    given(created).when({ type: 'DeleteSchedule', reason: 'ASKED' }).thenEvents(deleted)
    given(created, deleted).when({ type: 'DeleteSchedule', reason: 'INSTANCE_DELETED' }).thenNothing()
    given().when({ type: 'DeleteSchedule', reason: 'INSTANCE_DELETED' }).thenNothing()
    expect(nextDueAfter(created, deleted)).toBeNull()
  })
})
