import { describe, expect, it } from 'vitest'
import { fold } from '../../../../domain/decider.ts'
import type { OwnRequest } from '../../../../domain/reactions/reaction.ts'
import { reactions } from '../../../../domain/reactions/reactions.ts'
import { type ScheduleEvent, schedule } from '../../../../domain/schedule/index.ts'
import { timetable } from '../../../../domain/timetable/index.ts'
import { instanceId, operationId, projectId, scheduleId } from '../samples.ts'

const due = '2026-01-11T02:00:00.000Z'
const later = '2026-01-12T02:00:00.000Z'
const timing = { cron: '0 3 * * *', timeZone: 'Europe/Berlin', lateMinutes: 60, nextDue: due }
const whose = { scheduleId: scheduleId(), projectId, instanceId: instanceId() }
const created = { type: 'ScheduleCreated', data: { ...whose, action: 'stop', ...timing } } as const
const fellDue = { type: 'ScheduleFellDue', data: { due, nextDue: later } } as const
const accepted = { type: 'ScheduleRunAccepted', data: { due, operationId: operationId() } } as const
const deleted = { type: 'ScheduleDeleted', data: { reason: 'ASKED' } } as const

const reactionsTo = (event: ScheduleEvent, ...log: readonly ScheduleEvent[]) => reactions.to(event, fold(schedule, log))

describe('a schedule that is due', () => {
  it('sends its command on behalf of its project, under an id that follows from it and the time it is due', () => {
    expect(reactionsTo(fellDue, created, fellDue)).toMatchObject([
      {
        target: 'public',
        by: 'schedules',
        projectId,
        identity: { at: due, parts: [scheduleId()] },
        command: { type: 'StopInstance', id: instanceId() },
      },
    ])
  })

  it('is told what became of it', () => {
    const [asked] = reactionsTo(fellDue, created, fellDue) as readonly OwnRequest[]
    const rejection = { code: 'OPERATION_IN_PROGRESS', message: 'wait' } as const
    const recorded = { target: 'schedule', id: scheduleId() }
    expect(asked?.answered({ accepted: true, operationId: operationId() })).toEqual([
      { ...recorded, command: { type: 'RecordRun', due, operationId: operationId(), rejection: null } },
    ])
    expect(asked?.answered({ accepted: false, rejection })).toEqual([
      { ...recorded, command: { type: 'RecordRun', due, operationId: null, rejection } },
    ])
  })

  it('sends nothing once that is recorded, when the next time has come, and when it is deleted', () => {
    const next = { type: 'ScheduleFellDue', data: { due: later, nextDue: null } } as const
    expect(reactionsTo(fellDue, created, fellDue, accepted)).toEqual([])
    expect(reactionsTo(fellDue, created, fellDue, next)).toEqual([])
    expect(reactionsTo(fellDue, created, fellDue, deleted)).toEqual([])
    expect(reactions.needPresent(fellDue)).toBe(true)
  })
})

describe('the room of a schedule', () => {
  it('is kept once it is there, and given back when it is deleted', () => {
    const room = { target: 'timetable', id: projectId }
    expect(reactionsTo(created, created)).toEqual([{ ...room, command: { type: 'ConfirmEntry', ...whose } }])
    expect(reactionsTo(deleted, created, deleted)).toEqual([
      { ...room, command: { type: 'ReleaseEntry', projectId, scheduleId: scheduleId() } },
    ])
  })

  it('takes the schedule with it where the instance is deleted', () => {
    const released = (reason: 'SCHEDULE_DELETED' | 'INSTANCE_DELETED') =>
      reactions.to(
        { type: 'TimetableEntriesReleased', data: { projectId, scheduleIds: [scheduleId(1), scheduleId(2)], reason } },
        timetable.initial,
      )
    const command = { type: 'DeleteSchedule', reason: 'INSTANCE_DELETED' }
    expect(released('INSTANCE_DELETED')).toEqual([
      { target: 'schedule', id: scheduleId(1), command },
      { target: 'schedule', id: scheduleId(2), command },
    ])
    expect(released('SCHEDULE_DELETED')).toEqual([])
  })
})
