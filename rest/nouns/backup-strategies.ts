import { z } from 'zod'
import type { PageRequest } from '../../projections/page.ts'
import type { ScheduleDocument } from '../../projections/views/schedules.ts'
import { absentFields } from '../absent-fields.ts'
import { badRequest } from '../fault.ts'
import { accepted, gives, givesPage } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import { paging, type Route } from '../route.ts'
import { done, send } from '../send.ts'
import { findInstance } from './find-instance.ts'
import { nextLinks, pageOf, parseBody } from './shapes.ts'
import { wishOf } from './wish.ts'

/** Once a day: what a client gets that knows of no times. */
const daily = { cron: '0 3 * * *', timeZone: 'UTC' } as const

/** More schedules than an instance can have. */
const allOfOne: PageRequest = { first: 1000 }

/** Trove says where backups go, which the operator of Coffer does; Coffer says when they are made. */
const strategyShape = ({ id, projectId, instanceId, cron, timeZone, nextDue }: ScheduleDocument): Body => ({
  id,
  project_id: projectId,
  instance_id: instanceId,
  backend: 'coffer',
  swift_container: '',
  cron,
  time_zone: timeZone,
  ...(nextDue !== null && { next_due: nextDue }),
})

const strategy = z.looseObject({ id: z.string(), instance_id: z.string(), cron: z.string().optional() })

const list = async (call: Call): Promise<RestAnswer> => {
  const { context, project, query } = call
  const named = query.get('instance_id')
  const one = named === null ? null : await findInstance({ ...call, params: { instance: named } })
  const filter = { projectId: project, actions: ['backup'], ...(one && { instanceId: one.id }) } as const
  const { entries, next } = await context.backend.views.schedules(filter, pageOf(call))
  const strategies = entries.map(({ document }) => strategyShape(document))
  return {
    status: 200,
    body: { backup_strategies: strategies, ...nextLinks(call, '/backup_strategies', 'backup_strategies', next) },
  }
}

/** The schedules of an instance that make backups, and which instance that is. Throws 400 where none is named. */
const strategiesOf = async (call: Call, named: string | null | undefined) => {
  if (!named) throw badRequest('a strategy is for one instance: name it as instance_id', 'instance_id')
  const { id: instanceId, projectId } = await findInstance({ ...call, params: { instance: named } })
  const { views } = call.context.backend
  const { entries } = await views.schedules({ projectId, actions: ['backup'], instanceId }, allOfOne)
  return { instanceId, schedules: entries.map(({ document }) => document) }
}

const createBody = wishOf({
  backup_strategy: wishOf(
    { instance_id: z.string().nullish(), cron: z.string().nullish(), time_zone: z.string().nullish() },
    absentFields['a backup strategy'],
  ),
})

/** An instance has one, as at Trove: a second one takes the place of the first. */
const create = async (call: Call): Promise<RestAnswer> => {
  const { backup_strategy: wish } = parseBody(createBody, call.body)
  const { instanceId, schedules } = await strategiesOf(call, wish.instance_id)
  const [known] = schedules
  const timing = { ...(wish.cron && { cron: wish.cron }), ...(wish.time_zone && { timeZone: wish.time_zone }) }
  const { scheduleId } = known
    ? await send(call, { type: 'ChangeSchedule', id: known.id, ...timing })
    : await send(call, { type: 'CreateSchedule', instanceId, action: 'backup', ...daily, ...timing })
  const schedule = await call.context.backend.views.schedule(scheduleId)
  // It is written down, and the views have not got it yet.
  const shown = schedule ? strategyShape(schedule) : { id: scheduleId, instance_id: instanceId }
  return { status: 202, body: { backup_strategy: shown } }
}

const remove = async (call: Call): Promise<RestAnswer> => {
  const { schedules } = await strategiesOf(call, call.query.get('instance_id'))
  for (const { id } of schedules) await send(call, { type: 'DeleteSchedule', id }, id)
  return done
}

const path = '/backup_strategies'

export const backupStrategyRoutes: readonly Route[] = [
  {
    method: 'GET',
    path,
    access: 'project',
    does: 'Lists when instances of the project, or `instance_id`, are backed up: the schedules of backups.',
    serves: ['database backup strategy list'],
    query: ['instance_id', ...paging],
    gives: givesPage('backup_strategies', strategy),
    answer: list,
  },
  {
    method: 'POST',
    path,
    access: 'project',
    does: 'Has an instance backed up at certain times: `cron` in `time_zone`, every day at 03:00 UTC where neither is named.',
    serves: ['database backup strategy create'],
    takes: createBody,
    gives: gives({ backup_strategy: strategy }, 202),
    answer: create,
  },
  {
    method: 'DELETE',
    path,
    access: 'project',
    does: 'Deletes the schedules that back up `instance_id`.',
    serves: ['database backup strategy delete'],
    query: ['instance_id'],
    gives: accepted,
    answer: remove,
  },
]
