import { describe, it } from 'vitest'
import { schedulesView } from '../../../../projections/views/schedules.ts'
import { createEventLog } from '../../../support/event-log.ts'
import { exampleActor, exampleWorld } from '../../../support/example-events.ts'
import { expectDocuments } from '../../../support/projection-spec.ts'

const world = exampleWorld()
const [due, next] = ['2030-01-01T02:00:00.000Z', '2030-01-02T02:00:00.000Z']
const second = (number: number): string => new Date(Date.UTC(2030, 0, 1) + number * 1000).toISOString()

const made = {
  id: world.scheduleId,
  projectId: world.projectId,
  instanceId: world.instanceId,
  action: 'restart',
  cron: '0 3 * * *',
  timeZone: 'Europe/Berlin',
  lateMinutes: 60,
  keepCount: null,
  keepDays: null,
  status: 'ENABLED',
  pausedBecause: null,
  nextDue: next,
  lastRun: null,
  lastSkipped: null,
  createdAt: second(0),
  createdBy: exampleActor(world),
  updatedAt: second(0),
}

type Types = Parameters<ReturnType<typeof createEventLog>['add']>[0]

/** After it was made and these have happened. */
const expectAfter = async (events: readonly (readonly [Types, object?])[], changes: object | null): Promise<void> => {
  const log = createEventLog()
  log.add('ScheduleCreated', world)
  for (const [type, data] of events) log.add(type, world, data ?? {})
  const then: Readonly<Record<string, object>> = changes ? { [world.scheduleId]: { ...made, ...changes } } : {}
  await expectDocuments(schedulesView, log.events(), then)
}

describe('the view of schedules', () => {
  it('shows one as it was asked for', () => expectAfter([], {}))

  it('shows other times, and no next one while it is paused', async () => {
    const times = { cron: '0 4 * * *', nextDue: due }
    await expectAfter([['ScheduleChanged', times]], { ...times, updatedAt: second(1) })
    await expectAfter([['SchedulePaused'], ['ScheduleChanged', { ...times, nextDue: null }]], {
      ...times,
      status: 'PAUSED',
      nextDue: null,
      updatedAt: second(2),
    })
  })

  it('shows which of its backups stay, until that is changed', async () => {
    const { cron } = made
    const keeps = ['ScheduleChanged', { cron, keep: { count: 14, days: null } }] as const
    await expectAfter([keeps], { keepCount: 14, updatedAt: second(1) })
    await expectAfter([keeps, ['ScheduleChanged', { cron }]], { keepCount: 14, updatedAt: second(2) })
    const keepsAll = ['ScheduleChanged', { cron, keep: { count: null, days: null } }] as const
    await expectAfter([keeps, keepsAll], { updatedAt: second(2) })
  })

  it('shows why it was paused until it is resumed', async () => {
    const paused = ['SchedulePaused', { reason: 'unreadable' }] as const
    const asleep = { status: 'PAUSED', pausedBecause: 'unreadable', nextDue: null }
    await expectAfter([paused], { ...asleep, updatedAt: second(1) })
    await expectAfter([paused, ['ScheduleResumed']], { updatedAt: second(2) })
  })

  it('shows what became of the last run', async () => {
    const fellDue = ['ScheduleFellDue'] as const
    const run = { due, status: 'ASKED', operationId: null, refusal: null }
    const refusal = { code: 'OPERATION_IN_PROGRESS', message: 'another operation is changing the instance' }
    const { operationId } = world
    await expectAfter([fellDue], { lastRun: run })
    await expectAfter([fellDue, ['ScheduleRunAccepted']], { lastRun: { ...run, status: 'ACCEPTED', operationId } })
    await expectAfter([fellDue, ['ScheduleRunRefused']], { lastRun: { ...run, status: 'REFUSED', refusal } })
    await expectAfter([fellDue, ['ScheduleRunRefused'], fellDue], { lastRun: run })
  })

  it('shows what was skipped last', () =>
    expectAfter([['ScheduleRunsSkipped']], { lastSkipped: { from: '2029-12-31T02:00:00.000Z', until: due } }))

  it('shows none that is deleted', async () => {
    await expectAfter([['ScheduleDeleted']], null)
    await expectAfter([['ScheduleFellDue'], ['ScheduleDeleted'], ['ScheduleRunAccepted']], null)
  })
})
