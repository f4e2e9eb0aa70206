import { afterEach, describe, expect, it } from 'vitest'
import { createSagas } from '../../../commands/sagas/sagas.ts'
import { systemContext } from '../../../commands/system-context.ts'
import { type InstanceId, parseInstanceId } from '../../../domain/ids.ts'
import { instanceStream } from '../../../domain/instance/index.ts'
import { parseScheduleId, type ScheduleId } from '../../../domain/schedule/id.ts'
import { schedule, scheduleStream } from '../../../domain/schedule/index.ts'
import { mostSchedules } from '../../../domain/timetable/decide.ts'
import { timetable, timetableStream } from '../../../domain/timetable/index.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { eventsOf } from '../../support/collect.ts'
import { memberOf, projectA, projectB, startControlPlane } from '../../support/control-plane.ts'
import { hostDescription, type Script, startScriptedAgent } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('schedules')
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

const minute = 60_000
const hour = 60 * minute

/** A control plane that is started again and again on the same log, each time at another time of day. */
const createLife = () => {
  const dataDir = dir.next()
  const description = hostDescription()
  let nowMs = Date.UTC(2030, 0, 1, 12)

  /** `sagas`: how many processes run them. */
  const live = async ({ script = () => 'succeed', sagas = 1 }: { script?: Script; sagas?: number } = {}) => {
    const startedMs = systemClock.now()
    const clock = { now: () => nowMs + systemClock.now() - startedMs }
    const plane = await startControlPlane(dataDir, { clock })
    const agent = await startScriptedAgent(plane.bus, description, script)
    const others = Array.from({ length: sagas - 1 }, (_, index) =>
      createSagas({ ...plane, worker: `another-${index}`, hostLostAfterMs: hour }),
    )
    for (const other of others) await other.start()
    await plane.defineSmallFlavor()
    await waitFor('the host to be known', () =>
      plane.directory.datastores().some(({ offered }) => offered.includes('17.10')),
    )
    const stop = async () => {
      for (const other of others) await other.stop(AbortSignal.timeout(10_000))
      await agent.stop()
      await plane.stop()
    }
    stops.push(stop)
    const runsOf = async (scheduleId: ScheduleId, type: string) =>
      (await eventsOf(plane.eventStore, scheduleStream(scheduleId), type)).map(({ data }) => data)
    return {
      plane,
      create: async (name = 'shop') => {
        const create = { type: 'CreateInstance', projectId: projectA, name, datastore: 'postgresql' } as const
        const { instanceId } = await plane.sendAccepted(create)
        await plane.instanceBecomes(instanceId, 'ACTIVE')
        return instanceId
      },
      scheduleOf: async (scheduleId: ScheduleId) =>
        (await plane.handler.load(schedule, scheduleStream(scheduleId))).state,
      runs: async (scheduleId: ScheduleId) => ({
        due: (await runsOf(scheduleId, 'ScheduleFellDue')).length,
        accepted: await runsOf(scheduleId, 'ScheduleRunAccepted'),
        refused: await runsOf(scheduleId, 'ScheduleRunRefused'),
        skipped: await runsOf(scheduleId, 'ScheduleRunsSkipped'),
      }),
      restarts: (instanceId: InstanceId) =>
        eventsOf(plane.eventStore, instanceStream(instanceId), 'InstanceRestartRequested'),
      end: async () => {
        stops.splice(stops.indexOf(stop), 1)
        await stop()
      },
    }
  }
  return {
    live,
    setTime: (utcHour: number, utcMinute = 0, second = 0) => {
      nowMs = Date.UTC(2030, 0, 2, utcHour, utcMinute, second)
    },
  }
}

const nightly = (instanceId: InstanceId) =>
  ({ type: 'CreateSchedule', instanceId, action: 'restart', cron: '0 3 * * *', timeZone: 'UTC' }) as const

describe('a schedule', { timeout: 60_000 }, () => {
  it('that became due while nobody was there is made up for in time, once, however many run sagas', async () => {
    const life = createLife()
    const evening = await life.live()
    const instanceId = await evening.create()
    const { scheduleId } = await evening.plane.sendAccepted(nightly(instanceId))
    await evening.end()
    life.setTime(3, 20)
    const night = await life.live({ sagas: 3 })
    await waitFor('the run to be answered', async () => (await night.runs(scheduleId)).accepted.length > 0)
    const [restart] = await night.restarts(instanceId)
    const { operationId } = (restart?.data ?? {}) as { readonly operationId?: string }
    const due = '2030-01-02T03:00:00.000Z'
    expect(await night.runs(scheduleId)).toEqual({
      due: 1,
      accepted: [{ due, operationId }],
      refused: [],
      skipped: [],
    })
    expect(restart?.metadata).toMatchObject({ actor: { kind: 'system', name: 'schedules' }, projectId: projectA })
    await night.plane.instanceBecomes(instanceId, 'ACTIVE')
    expect(await night.restarts(instanceId)).toHaveLength(1)
    expect(await night.scheduleOf(scheduleId)).toMatchObject({ nextDue: '2030-01-03T03:00:00.000Z' })
    await night.end()
    life.setTime(3, 40)
    const later = await life.live()
    await later.create('another')
    expect(await later.restarts(instanceId)).toHaveLength(1)
  })

  it('that could not be made up for in time is skipped, and the next one is not', async () => {
    const life = createLife()
    const evening = await life.live()
    const instanceId = await evening.create()
    const { scheduleId } = await evening.plane.sendAccepted({ ...nightly(instanceId), lateMinutes: 15 })
    await evening.end()
    life.setTime(3, 20)
    const night = await life.live()
    await waitFor('it to be skipped', async () => (await night.runs(scheduleId)).skipped.length > 0)
    expect(await night.runs(scheduleId)).toMatchObject({ due: 0, accepted: [], refused: [] })
    expect(await night.scheduleOf(scheduleId)).toMatchObject({ nextDue: '2030-01-03T03:00:00.000Z' })
    expect(await night.restarts(instanceId)).toEqual([])
  })

  it('is told that it was refused, as a member would have been, and is due again', async () => {
    const life = createLife()
    const evening = await life.live()
    const instanceId = await evening.create()
    const { scheduleId } = await evening.plane.sendAccepted({ ...nightly(instanceId), action: 'start' })
    await evening.end()
    life.setTime(3)
    const night = await life.live()
    await waitFor('the answer', async () => (await night.runs(scheduleId)).refused.length > 0)
    const sent = await night.plane.send({ type: 'StartInstance', id: instanceId })
    if (sent.accepted) throw new Error('the member was not refused')
    const { code, message } = sent.rejection
    expect((await night.runs(scheduleId)).refused).toEqual([{ due: '2030-01-02T03:00:00.000Z', code, message }])
    expect(await night.scheduleOf(scheduleId)).toMatchObject({ status: 'ENABLED' })
  })

  it('does not wait for an operation that is in progress, and changes nothing about it', async () => {
    const life = createLife()
    const evening = await life.live()
    const instanceId = await evening.create()
    const { scheduleId } = await evening.plane.sendAccepted(nightly(instanceId))
    await evening.end()
    // Its deadline, a minute later, is after the schedule is due.
    life.setTime(2, 59, 50)
    const before = await life.live({ script: () => 'silent' })
    const { operationId } = await before.plane.sendAccepted({ type: 'StopInstance', id: instanceId })
    await before.end()
    life.setTime(3)
    const night = await life.live({ script: () => 'silent' })
    await waitFor('the answer', async () => (await night.runs(scheduleId)).refused.length > 0)
    expect((await night.runs(scheduleId)).refused).toMatchObject([{ code: 'OPERATION_IN_PROGRESS' }])
    expect(await night.plane.instanceState(instanceId)).toMatchObject({ operation: { operationId } })
  })

  it('ends with its instance, and its room is free again', async () => {
    const life = createLife()
    const evening = await life.live()
    const { plane } = evening
    const [gone, kept] = [await evening.create(), await evening.create('other')]
    const [ended, other] = [await plane.sendAccepted(nightly(gone)), await plane.sendAccepted(nightly(kept))]
    await plane.sendAccepted({ type: 'DeleteInstance', id: gone })
    await waitFor('the schedule to end', async () => (await evening.scheduleOf(ended.scheduleId)).status === 'DELETED')
    expect(await evening.scheduleOf(other.scheduleId)).toMatchObject({ status: 'ENABLED' })
    const { state } = await plane.handler.load(timetable, timetableStream(projectA))
    expect(state.entries.map(({ scheduleId }) => scheduleId)).toEqual([other.scheduleId])
    expect(await plane.send(nightly(gone))).toMatchObject({ rejection: { code: 'NOT_FOUND', field: 'instanceId' } })
  })

  it('ends when it finds no instance', async () => {
    const life = createLife()
    const evening = await life.live()
    const instanceId = parseInstanceId(evening.plane.ids.next())
    const scheduleId = parseScheduleId(evening.plane.ids.next())
    const { type: _, ...wish } = nightly(instanceId)
    const create = { type: 'CreateSchedule', scheduleId, projectId: projectA, ...wish, lateMinutes: 60 } as const
    const by = { ...systemContext('test', evening.plane.ids.next()), projectId: projectA, instanceId }
    const now = '2030-01-01T12:00:00.000Z'
    await evening.plane.handler.handle(schedule, scheduleStream(scheduleId), { ...create, now }, by)
    await evening.end()
    life.setTime(3)
    const night = await life.live()
    await waitFor('it to end', async () => (await night.scheduleOf(scheduleId)).status === 'DELETED')
    expect((await night.runs(scheduleId)).refused).toMatchObject([{ code: 'NOT_FOUND' }])
  })

  it('is paused and resumed without what was due meanwhile', async () => {
    const life = createLife()
    const evening = await life.live()
    const instanceId = await evening.create()
    const { scheduleId } = await evening.plane.sendAccepted(nightly(instanceId))
    await evening.plane.sendAccepted({ type: 'ChangeSchedule', id: scheduleId, paused: true })
    await evening.end()
    life.setTime(3, 10)
    const night = await life.live()
    await night.plane.sendAccepted({ type: 'ChangeSchedule', id: scheduleId, paused: false })
    await night.create('another')
    expect(await night.runs(scheduleId)).toEqual({ due: 0, accepted: [], refused: [], skipped: [] })
    expect(await night.scheduleOf(scheduleId)).toMatchObject({ nextDue: '2030-01-03T03:00:00.000Z' })
  })
})

describe('the commands to schedules', { timeout: 60_000 }, () => {
  it('are of the project alone whose instance it is', async () => {
    const { plane, create } = await createLife().live()
    const instanceId = await create()
    const foreign = { actor: memberOf(projectB) }
    expect(await plane.send(nightly(instanceId), foreign)).toMatchObject({ rejection: { code: 'NOT_FOUND' } })
    const { scheduleId } = await plane.sendAccepted(nightly(instanceId))
    const never = await plane.send({ type: 'DeleteSchedule', id: plane.ids.next() }, foreign)
    const theirs = await plane.send({ type: 'DeleteSchedule', id: scheduleId }, foreign)
    expect(theirs).toMatchObject({ rejection: { code: 'NOT_FOUND', field: 'id' } })
    expect(JSON.stringify(theirs).replaceAll(scheduleId, '')).toHaveLength(
      JSON.stringify(never).replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '').length,
    )
  })

  it('are carried out once under one idempotency key', async () => {
    const { plane, create } = await createLife().live()
    const instanceId = await create()
    const first = await plane.sendAccepted(nightly(instanceId), { idempotencyKey: 'nightly' })
    const again = await plane.sendAccepted(nightly(instanceId), { idempotencyKey: 'nightly' })
    expect(again).toMatchObject({ scheduleId: first.scheduleId, replayed: true })
    const pause = { type: 'ChangeSchedule', id: first.scheduleId, paused: true } as const
    await plane.sendAccepted(pause, { idempotencyKey: 'pause' })
    await plane.sendAccepted({ ...pause, paused: false })
    expect(await plane.sendAccepted(pause, { idempotencyKey: 'pause' })).toMatchObject({ replayed: true })
    expect(await eventsOf(plane.eventStore, scheduleStream(first.scheduleId), 'SchedulePaused')).toHaveLength(1)
  })

  it('say all that is wrong, and what is accepted', async () => {
    const { plane, create } = await createLife().live()
    const instanceId = await create()
    const odd = { ...nightly(instanceId), cron: '* * * * *', timeZone: 'Mars/Olympus', lateMinutes: 0 }
    expect(await plane.send(odd)).toMatchObject({
      rejection: { field: 'cron', alsoWrong: [{ field: 'timeZone' }, { field: 'lateMinutes' }] },
    })
    const never = await plane.send({ ...nightly(instanceId), cron: '0 0 30 2 *' })
    expect(never).toMatchObject({ rejection: { code: 'INVALID_INPUT', field: 'cron' } })
    const { state } = await plane.handler.load(timetable, timetableStream(projectA))
    expect(state.entries).toEqual([])
  })

  it('make no more than a project may have, until one is deleted', async () => {
    const { plane, create } = await createLife().live()
    const instanceId = await create()
    const made: ScheduleId[] = []
    for (let count = 0; count < mostSchedules; count += 1) {
      made.push((await plane.sendAccepted(nightly(instanceId))).scheduleId)
    }
    expect(await plane.send(nightly(instanceId))).toMatchObject({ rejection: { code: 'QUOTA_EXCEEDED' } })
    await plane.sendAccepted({ type: 'DeleteSchedule', id: made[0] ?? '' })
    await plane.sendAccepted(nightly(instanceId))
  })
})
