import { describe, expect, it } from 'vitest'
import { mostSchedules } from '../../../../domain/timetable/decide.ts'
import { type TimetableEvent, timetable, timetableEvents } from '../../../../domain/timetable/index.ts'
import { specOf } from '../../../support/spec.ts'
import { at, instanceId, projectId, scheduleId } from '../samples.ts'

const { given } = specOf(timetable, timetableEvents)

const entry = (ordinal: number, instance = 1) => ({
  projectId,
  scheduleId: scheduleId(ordinal),
  instanceId: instanceId(instance),
})
const hold = (ordinal: number, seconds = 0) =>
  ({ type: 'HoldEntry', ...entry(ordinal), now: at(seconds), heldUntil: at(seconds + 600) }) as const
const held = (ordinal: number): TimetableEvent => ({
  type: 'TimetableEntryHeld',
  data: { ...entry(ordinal), heldUntil: at(600), lapsed: [] },
})
const confirmed = (ordinal: number, instance = 1): TimetableEvent => ({
  type: 'TimetableEntryConfirmed',
  data: entry(ordinal, instance),
})

describe('the schedules of a project', () => {
  it('have room held for them before they are made, and kept once they are there', () => {
    given().when(hold(1)).thenEvents(held(1))
    given(held(1))
      .when({ type: 'ConfirmEntry', ...entry(1) })
      .thenEvents(confirmed(1))
    given(confirmed(1)).when(hold(1)).thenNothing()
  })

  it('are refused where there are as many as there may be', () => {
    const all = Array.from({ length: mostSchedules }, (_, index) => confirmed(index + 1))
    const rejection = given(...all)
      .when(hold(mostSchedules + 1))
      .thenRejected('QUOTA_EXCEEDED')
    expect(rejection.details).toEqual({ resource: 'schedules', limit: 100, used: 100, asked: 1 })
    given(...all.slice(1))
      .when(hold(mostSchedules + 1))
      .thenTypes('TimetableEntryHeld')
  })

  it('lose the room that was held for one that was never made', () => {
    const data = { ...entry(2), heldUntil: at(1200), lapsed: [scheduleId(1)] }
    given(held(1)).when(hold(2, 600)).thenEvents({ type: 'TimetableEntryHeld', data })
    given(held(1))
      .when(hold(2, 599))
      .thenEvents({ type: 'TimetableEntryHeld', data: { ...data, heldUntil: at(1199), lapsed: [] } })
    given(confirmed(1))
      .when(hold(2, 600))
      .thenEvents({ type: 'TimetableEntryHeld', data: { ...data, lapsed: [] } })
  })

  it('give their room back when they are deleted', () => {
    given(confirmed(1), confirmed(2))
      .when({ type: 'ReleaseEntry', projectId, scheduleId: scheduleId(1) })
      .thenEvents({
        type: 'TimetableEntriesReleased',
        data: { projectId, scheduleIds: [scheduleId(1)], reason: 'SCHEDULE_DELETED' },
      })
    given(confirmed(2))
      .when({ type: 'ReleaseEntry', projectId, scheduleId: scheduleId(1) })
      .thenNothing()
  })

  it('end with their instance, and no others do', () => {
    given(confirmed(1), confirmed(2, 2), held(3))
      .when({ type: 'ReleaseEntriesOf', projectId, instanceId: instanceId(1) })
      .thenEvents({
        type: 'TimetableEntriesReleased',
        data: { projectId, scheduleIds: [scheduleId(1), scheduleId(3)], reason: 'INSTANCE_DELETED' },
      })
    given(confirmed(2, 2))
      .when({ type: 'ReleaseEntriesOf', projectId, instanceId: instanceId(1) })
      .thenNothing()
  })
})
