import { beforeAll, describe, expect, it } from 'vitest'
import type {
  InstanceFragment as Instance,
  OperationFragment as Operation,
  ScheduleFragment as Schedule,
} from '../../../ops/cli/generated/graphql.ts'
import { onEverySite } from '../../support/every-site.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { clockShiftedBy } from '../../support/shifted-clock.ts'
import { waitFor } from '../../support/wait-for.ts'

type Failure = { readonly error: { readonly code: string; readonly message: string; readonly field: string | null } }

const minute = 60_000

/** Once an hour, within the next one and a half minutes: what a test does first is over by then. */
const hourlyFromSoonOn = (): string => `${new Date(Date.now() + 1.4 * minute).getUTCMinutes()} * * * *`

onEverySite('schedules', (site) => {
  const { cli } = site
  const create = (name: string, ...rest: string[]) => ['schedule', 'create', name, ...rest]
  let server: ServerProcess
  let shop: Instance

  beforeAll(async () => {
    server = await site.start()
    shop = await cli.json<Instance>(['instance', 'create', 'shop', '-d', 'postgresql', '--flavor', 'tiny', '--wait'])
  })

  const list = (...rest: string[]) => cli.json<readonly Schedule[]>(['schedule', 'list', ...rest])
  const show = (id: string) => cli.json<Schedule>(['schedule', 'show', id])
  const restartsOf = async ({ id }: Instance) =>
    (await site.readLog()).filter(({ stream, type }) => {
      return stream === `instance-${id}` && type === 'InstanceRestartRequested'
    })

  describe('coffer schedule', () => {
    it('makes, shows, pauses, changes, resumes and deletes one', async () => {
      const times = ['--cron', '0 3 * * SUN', '--time-zone', 'Europe/Berlin', '--late', '30']
      const made = await cli.json<Schedule>(create('shop', '--action', 'stop', ...times))
      expect(made).toMatchObject({ action: 'STOP', status: 'ENABLED', lateMinutes: 30, instance: { name: 'shop' } })
      expect(Date.parse(made.nextDue ?? '')).toBeGreaterThan(Date.now())
      expect(await list('--instance', 'shop')).toMatchObject([{ id: made.id }])
      const paused = await cli.json<Schedule>(['schedule', 'pause', made.id.slice(-8)])
      expect(paused).toMatchObject({ status: 'PAUSED', nextDue: null })
      expect(await list('--status', 'PAUSED')).toMatchObject([{ id: made.id }])
      await cli.json(['schedule', 'change', made.id, '--cron', '0 4 * * SUN'])
      expect(await cli.json(['schedule', 'resume', made.id])).toMatchObject({ status: 'ENABLED', cron: '0 4 * * SUN' })
      const { stdout } = await cli(['schedule', 'show', made.id])
      for (const words of ['Europe/Berlin', '0 4 * * SUN', 'up to 30 min']) expect(stdout).toContain(words)
      await cli.json(['schedule', 'delete', made.id])
      expect(await list()).toEqual([])
    })

    it('says what is accepted', async () => {
      const refusal = async (...rest: string[]) => (await cli.json<Failure>(create('shop', ...rest), 2)).error
      const often = await refusal('--action', 'restart', '--cron', '* * * * *')
      expect(often).toMatchObject({ code: 'INVALID_INPUT', field: 'cron' })
      expect(often.message).toContain('at least 5 min')
      const nowhere = await refusal('--action', 'restart', '--cron', '0 3 * * *', '--time-zone', 'Berlin')
      expect(nowhere.message).toContain('"Europe/Berlin"')
    })
  })

  it('carries out what is due once, shows what was refused, and is due again', async () => {
    const times = ['--cron', hourlyFromSoonOn(), '--late', '45']
    const restart = await cli.json<Schedule>(create('shop', '--action', 'restart', ...times))
    const start = await cli.json<Schedule>(create('shop', '--action', 'start', ...times))
    if (site.form === 'embedded') {
      // One process may have the directory. The clock of one that is started again may be ahead, so that the run was missed.
      await server.stop()
      server = await site.start(clockShiftedBy(Date.parse(restart.nextDue ?? '') + 30 * minute - Date.now()))
    } else {
      // Clocks that are not alike would take each other's deadlines for over. Two run the sagas, and both wait.
      await site.startRoles('saga')
    }
    const isAnswered = ({ lastRun }: Schedule): boolean => lastRun !== null && lastRun.status !== 'ASKED'
    await waitFor('both to be answered', async () => (await list()).every(isAnswered), 180_000)
    const done = await show(restart.id)
    expect(done).toMatchObject({ status: 'ENABLED', lastRun: { due: restart.nextDue, status: 'ACCEPTED' } })
    expect(Date.parse(done.nextDue ?? '') - Date.parse(restart.nextDue ?? '')).toBe(60 * minute)
    const operation = await cli.json<Operation>(['operation', 'watch', done.lastRun?.operation?.id ?? ''])
    expect(operation).toMatchObject({ kind: 'RESTART', status: 'SUCCEEDED', instanceId: shop.id })
    const byIt = await cli.json<readonly Operation[]>(['operation', 'list', '--by', 'schedules'])
    expect(byIt.map(({ id }) => id)).toEqual([operation.id])
    expect(await restartsOf(shop)).toHaveLength(1)
    const refused = await show(start.id)
    expect(refused).toMatchObject({ status: 'ENABLED', lastRun: { status: 'REFUSED', operation: null } })
    expect(['INVALID_STATE', 'OPERATION_IN_PROGRESS']).toContain(refused.lastRun?.refusal?.code)
    expect((await cli(['schedule', 'list'])).stdout).toContain(refused.lastRun?.refusal?.code)
  })

  it('ends with its instance', async () => {
    expect((await list()).length).toBe(2)
    await cli.json(['instance', 'delete', 'shop', '--yes', '--wait'])
    await waitFor('the schedules to end', async () => (await list()).length === 0)
  })
})
