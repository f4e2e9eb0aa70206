import type { CliContext } from '../context.ts'
import { refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import {
  ChangeScheduleDocument,
  CreateScheduleDocument,
  DeleteScheduleDocument,
  type ScheduleFragment as Schedule,
  type ScheduleAction,
  ScheduleDocument,
  type ScheduleFilter,
  SchedulesDocument,
  type SchedulesQuery,
} from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { resolveId, shortId } from '../short-ids.ts'
import { localTime } from '../time.ts'

type Times = {
  readonly cron?: string
  readonly timeZone?: string
  readonly late?: number
  readonly keep?: number
  readonly keepDays?: number
}
type Repeatable = { readonly idempotencyKey?: string }
export const createSchedule = async (
  context: CliContext,
  nameOrId: string,
  {
    action,
    cron,
    timeZone,
    late,
    keep,
    keepDays,
    idempotencyKey,
  }: Times & Repeatable & { readonly action: string; readonly cron: string },
): Promise<void> => {
  const { id: instanceId, name } = await findInstance(context, nameOrId)
  const wish = {
    instanceId,
    action: action.toUpperCase() as ScheduleAction,
    cron,
    timeZone,
    lateMinutes: late,
    keepCount: keep,
    keepDays,
    idempotencyKey,
  }
  const { scheduleId, schedule } = await mutate(context, CreateScheduleDocument, wish)
  await context.output.one({ ...schedule, id: scheduleId }, () => [
    `${scheduleId} is there: ${action.toLowerCase()} ${name}${dueWords(schedule)}`,
  ])
}

const dueWords = (schedule: Schedule | null): string =>
  schedule?.nextDue ? `, due next at ${localTime(schedule.nextDue)}` : ''

const schedulesWith = (filter: ScheduleFilter) => ({
  document: SchedulesDocument,
  of: ({ schedules }: SchedulesQuery) => schedules,
  variables: { filter },
})

export const listSchedules = async (
  context: CliContext,
  options: Pick<ScheduleFilter, 'status' | 'action'> & { readonly instance?: string },
): Promise<void> => {
  const filter = {
    instanceId: options.instance && (await findInstance(context, options.instance)).id,
    status: options.status,
    action: options.action,
  }
  await context.output.list(
    await readAll(context, schedulesWith(filter)),
    [
      ['INSTANCE', ({ instance, instanceId }) => instance?.name ?? shortId(instanceId), 'cutting'],
      ['ACTION', ({ action }) => action],
      ['CRON', ({ cron }) => cron, 'cutting'],
      ['TIME ZONE', ({ timeZone }) => timeZone],
      ['NEXT', ({ nextDue, status }) => (nextDue ? localTime(nextDue) : status)],
      ['LAST', ({ lastRun }) => lastRun && `${localTime(lastRun.due)} ${outcomeOf(lastRun)}`],
      ['ID', ({ id }) => shortId(id)],
    ],
    'There are no schedules.',
  )
}

/** How the operation ended, as far as it has; else why there is none. */
const outcomeOf = ({ status, operation, refusal }: NonNullable<Schedule['lastRun']>): string =>
  refusal?.code ?? operation?.status ?? status

/** By id, or by the end of one. */
const scheduleId = (context: CliContext, given: string): Promise<string> =>
  resolveId(given, { what: 'schedule', list: (limit) => readAll(context, schedulesWith({}), limit) })

export const showSchedule = async (context: CliContext, given: string): Promise<void> => {
  const id = await scheduleId(context, given)
  const { schedule } = await context.api.request(ScheduleDocument, { id }, context.signal)
  if (schedule?.__typename !== 'Schedule') throw refused({ code: 'NOT_FOUND', message: `there is no schedule ${id}` })
  const { __typename, ...found } = schedule
  await context.output.one(found, () => linesOf(found))
}

const linesOf = (schedule: Schedule): string[] => {
  const { lastRun, lastSkipped } = schedule
  return formatFields([
    ['id', schedule.id],
    ['instance', schedule.instance?.name ?? schedule.instanceId],
    ['action', schedule.action],
    ['cron', schedule.cron],
    ['time zone', schedule.timeZone],
    ['late', `up to ${schedule.lateMinutes} min`],
    ['keeps', keptInWords(schedule)],
    ['status', schedule.pausedBecause ? `${schedule.status}: ${schedule.pausedBecause}` : schedule.status],
    ['next', schedule.nextDue && localTime(schedule.nextDue)],
    ['last', lastRun && `${localTime(lastRun.due)} ${outcomeOf(lastRun)}`],
    ['operation', lastRun?.operation?.id],
    ['refusal', lastRun?.refusal?.message],
    ['skipped', lastSkipped && `${localTime(lastSkipped.from)} to ${localTime(lastSkipped.until)}`],
    ['made', `${localTime(schedule.createdAt)} by ${schedule.createdBy.name}`],
  ])
}

/** Null where all of its backups stay. */
const keptInWords = ({ keepCount, keepDays }: Schedule): string | null =>
  [keepCount && `the newest ${keepCount} backups`, keepDays && `backups of the last ${keepDays} days`]
    .filter(Boolean)
    .join(', ') || null

/** Other times, paused or resumed. */
export const changeSchedule = async (
  context: CliContext,
  given: string,
  { cron, timeZone, late, keep, keepDays, paused, idempotencyKey }: Times & Repeatable & { readonly paused?: boolean },
): Promise<void> => {
  const id = await scheduleId(context, given)
  const changes = { id, cron, timeZone, lateMinutes: late, keepCount: keep, keepDays, paused, idempotencyKey }
  const { schedule } = await mutate(context, ChangeScheduleDocument, changes)
  await context.output.one({ ...schedule, id }, () => [
    `${id} is ${schedule?.status ?? 'changed'}${dueWords(schedule)}`,
  ])
}

export const deleteSchedule = async (
  context: CliContext,
  given: string,
  { idempotencyKey }: Repeatable,
): Promise<void> => {
  const id = await scheduleId(context, given)
  await mutate(context, DeleteScheduleDocument, { id, idempotencyKey })
  await context.output.one({ id }, () => [`${id} is deleted`])
}
