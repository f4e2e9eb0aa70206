import { describe, expect, it } from 'vitest'
import {
  type ScheduleCommand,
  type ScheduleEvent,
  schedule,
  scheduleEvents,
} from '../../../../domain/schedule/index.ts'
import { retiredBy } from '../../../../domain/schedule/retention.ts'
import { specOf } from '../../../support/spec.ts'
import { backupId, instanceId, projectId, scheduleId } from '../samples.ts'

const { given } = specOf(schedule, scheduleEvents)

const day = (date: number): string => `2026-01-${String(date).padStart(2, '0')}T02:00:00.000Z`
const timing = { cron: '0 3 * * *', timeZone: 'Europe/Berlin', lateMinutes: 60 }
const wish = { scheduleId: scheduleId(), projectId, instanceId: instanceId(), action: 'backup', ...timing } as const
const create = (keep: object = {}): ScheduleCommand => ({ type: 'CreateSchedule', ...wish, ...keep, now: day(10) })
const created = (count: number | null, days: number | null): ScheduleEvent => ({
  type: 'ScheduleCreated',
  data: { ...wish, keep: { count, days }, nextDue: day(11) },
})
const made = (number: number, date: number): ScheduleCommand => ({
  type: 'KeepBackup',
  backupId: backupId(number),
  now: day(date),
})
const kept = (number: number, date: number, ...retired: readonly number[]): ScheduleEvent => ({
  type: 'ScheduleBackupKept',
  data: { backupId: backupId(number), at: day(date), retired: retired.map((each) => backupId(each)) },
})

describe('which backups of a schedule stay', () => {
  const backups = [1, 2, 3, 4].map((number) => ({ backupId: backupId(number), at: day(number) }))
  const retired = (count: number | null, days: number | null, date = 4) =>
    retiredBy({ count, days }, backups, day(date)).map((id) => backups.findIndex(({ backupId }) => backupId === id) + 1)

  it.each([
    ['all of them without a bound', null, null, []],
    ['the newest so many', 2, null, [1, 2]],
    ['those of the last days', null, 2, [1, 2]],
    ['those that both bounds leave', 3, 2, [1, 2]],
    ['the newest one at least', 1, 1, [1, 2, 3]],
    ['all where there are fewer', 9, 9, []],
  ])('is %s', (_, count, days, gone) => expect(retired(count, days)).toEqual(gone))

  it('is the newest one, however old it is', () => {
    expect(retired(null, 1, 31)).toEqual([1, 2, 3])
  })
})

describe('a schedule that keeps backups', () => {
  it('says which go when a new one is available, and says it once', () => {
    const former = [created(2, null), kept(1, 11), kept(2, 12)]
    given(...former)
      .when(made(3, 13))
      .thenEvents(kept(3, 13, 1))
    given(...former, kept(3, 13, 1))
      .when(made(3, 14))
      .thenNothing()
    given(...former, kept(3, 13, 1))
      .when(made(1, 14))
      .thenNothing()
    given(...former, kept(3, 13, 1))
      .when(made(4, 14))
      .thenEvents(kept(4, 14, 2))
  })

  it('keeps what was made before it had a bound, and all once it has none any more', () => {
    given(created(null, null)).when(made(1, 11)).thenNothing()
    const unbound: ScheduleEvent = {
      type: 'ScheduleChanged',
      data: { ...timing, keep: { count: null, days: null }, nextDue: day(13) },
    }
    given(created(1, null), kept(1, 11), unbound).when(made(2, 12)).thenNothing()
  })

  it('lets go of nothing once it is deleted', () => {
    const deleted: ScheduleEvent = { type: 'ScheduleDeleted', data: { reason: 'ASKED' } }
    given(created(1, null), kept(1, 11), deleted).when(made(2, 12)).thenNothing()
  })

  it('takes another bound and keeps its times', () => {
    given(created(2, null))
      .when({ type: 'ChangeSchedule', keepCount: 0, keepDays: 30, now: day(10) })
      .thenEvents({ type: 'ScheduleChanged', data: { ...timing, keep: { count: null, days: 30 }, nextDue: day(11) } })
    given(created(2, null))
      .when({ type: 'ChangeSchedule', keepCount: 2, now: day(10) })
      .thenNothing()
  })

  it('has bounds that can be, and makes backups', () => {
    given()
      .when(create({ keepCount: 1001 }))
      .thenRejected('INVALID_INPUT', { field: 'keepCount' })
    given()
      .when(create({ keepDays: -1 }))
      .thenRejected('INVALID_INPUT', { field: 'keepDays' })
    given()
      .when({ ...create({ keepCount: 3 }), action: 'restart' } as ScheduleCommand)
      .thenRejected('INVALID_INPUT', { field: 'keepCount' })
  })
})
