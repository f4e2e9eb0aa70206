import { changeSchedule, deleteSchedule } from '../../commands/public/change-schedule.ts'
import { createSchedule } from '../../commands/public/create-schedule.ts'
import { actionNames, type ScheduledAction } from '../../domain/schedule/action-names.ts'
import { scheduledActions } from '../../domain/schedule/actions.ts'
import { type ScheduleId, scheduleIdSchema } from '../../domain/schedule/id.ts'
import type { ScheduleStatus } from '../../projections/views/schedule-status.ts'
import type { ScheduleDocument, ScheduleFilter, ScheduleRunDocument } from '../../projections/views/schedules.ts'
import type { EnumRef, NewObjectRef, SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { distinct } from '../input.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { visible } from '../visible.ts'
import { type InstanceScopeInput, instanceScope } from './instance-scope.ts'
import { type MadeInput, madeFields, madeWithin } from './made-within.ts'

type Enums = { readonly Action: EnumRef<ScheduledAction>; readonly Status: EnumRef<ScheduleStatus> }
type Parts = SchemaParts & { readonly Schedule: NewObjectRef<ScheduleDocument> }

const addSchedule = (shared: SchemaParts, mutations: Mutations): void => {
  const { builder } = shared
  const Action = builder.enumType('ScheduleAction', {
    description: 'What a schedule does to its instance.',
    values: Object.fromEntries(
      actionNames.map((action) => [
        action.toUpperCase(),
        { value: action, description: scheduledActions[action].does },
      ]),
    ) as { readonly [A in ScheduledAction as Uppercase<A>]: { readonly value: A; readonly description: string } },
  })
  const Status = builder.enumType('ScheduleStatus', {
    description: 'Whether a schedule is followed.',
    values: {
      ENABLED: { description: 'What it does is asked for whenever it is due.' },
      PAUSED: { description: 'It rests until it is resumed.' },
    } as const,
  })
  const parts: Parts = { ...shared, Schedule: builder.objectRef<ScheduleDocument>('Schedule') }
  addScheduleType(parts, { Action, Status })
  addScheduleLists(parts, { Action, Status })
  addScheduleCommands(parts, mutations)
}

const addScheduleType = (parts: Parts, { Action, Status }: Enums): void => {
  const { builder, Actor, Instance, Node, Schedule } = parts
  const Run = addRun(parts)
  const Skipped = builder.objectRef<NonNullable<ScheduleDocument['lastSkipped']>>('SkippedRuns').implement({
    description: 'Runs of a schedule that nobody was there for in time, and that were too late to be made up for.',
    fields: (t) => ({
      from: t.expose('from', { type: 'DateTime', description: 'When the first of them was due.' }),
      until: t.expose('until', { type: 'DateTime', description: 'When the last of them was due.' }),
    }),
  })
  Schedule.implement({
    interfaces: [Node],
    description: 'Something that is done to an instance at certain times, as if a member of the project asked for it.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      projectId: t.exposeID('projectId', { description: 'The project whose it is.' }),
      instanceId: t.exposeID('instanceId', { description: 'The instance that it is about.' }),
      instance: t.field({
        type: Instance,
        nullable: true,
        description: 'The same. Null while the views have not got it.',
        resolve: ({ instanceId }, _args, context) => context.loadInstance(instanceId),
      }),
      action: t.expose('action', { type: Action, description: 'What is done.' }),
      cron: t.exposeString('cron', { description: 'When: a cron expression of five fields.' }),
      timeZone: t.exposeString('timeZone', { description: 'Where the expression is read.' }),
      lateMinutes: t.exposeInt('lateMinutes', {
        description: 'How many minutes late a run may be and still be made up for.',
      }),
      keepCount: t.exposeInt('keepCount', {
        nullable: true,
        description: 'How many of the backups that it makes stay. Null: all.',
      }),
      keepDays: t.exposeInt('keepDays', {
        nullable: true,
        description: 'For how many days the backups that it makes stay. Null: for good.',
      }),
      status: t.expose('status', { type: Status, description: 'Whether it is followed.' }),
      pausedBecause: t.exposeString('pausedBecause', {
        nullable: true,
        description: 'Why Coffer has paused it. Null where somebody asked for it, and where it is not paused.',
      }),
      nextDue: t.expose('nextDue', {
        type: 'DateTime',
        nullable: true,
        description: 'When it is due next. Null while it is paused.',
      }),
      lastRun: t.expose('lastRun', { type: Run, nullable: true, description: 'Null until it has been due once.' }),
      lastSkipped: t.expose('lastSkipped', {
        type: Skipped,
        nullable: true,
        description: 'What was skipped last. Null where nothing was.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      createdBy: t.expose('createdBy', { type: Actor, description: 'Who made it.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When somebody last changed it.' }),
    }),
  })
}

const addRun = ({ builder, Operation }: SchemaParts) => {
  const Status = builder.enumType('ScheduleRunStatus', {
    description: 'What became of a run of a schedule.',
    values: {
      ASKED: { description: 'It is being asked for.' },
      ACCEPTED: { description: 'The operation began, or there was nothing to do.' },
      REFUSED: {
        description: 'It was refused, as it would have been to a member. The next run is tried all the same.',
      },
    } as const,
  })
  const Refusal = builder.objectRef<NonNullable<ScheduleRunDocument['refusal']>>('RunRefusal').implement({
    description: 'Why a run of a schedule was refused.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'As of `Refusal`.' }),
      message: t.exposeString('message', { description: 'For people.' }),
    }),
  })
  return builder.objectRef<ScheduleRunDocument>('ScheduleRun').implement({
    description: 'A run of a schedule.',
    fields: (t) => ({
      due: t.expose('due', { type: 'DateTime', description: 'When it was due.' }),
      status: t.expose('status', { type: Status, description: 'What became of it.' }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'What began with it. Null where nothing did.',
        resolve: ({ operationId }, _args, context) =>
          operationId === null ? null : context.loadOperation(operationId),
      }),
      refusal: t.expose('refusal', { type: Refusal, nullable: true, description: 'Null where it was not refused.' }),
    }),
  })
}

type FilterInput = {
  readonly action?: readonly ScheduledAction[] | null
  readonly status?: readonly ScheduleStatus[] | null
} & InstanceScopeInput &
  MadeInput

/** In the terms of the views. Null when it names an instance that the caller may not see or that does not exist. */
const scheduleFilter = async (context: ApiContext, input: FilterInput): Promise<ScheduleFilter | null> => {
  const scope = await instanceScope(context, input)
  if (scope === null) return null
  return {
    ...scope,
    ...(input.action && { actions: distinct(input.action) }),
    ...(input.status && { statuses: distinct(input.status) }),
    ...madeWithin(input),
  }
}

const addScheduleLists = (parts: Parts, { Action, Status }: Enums): void => {
  const { builder, Instance, Schedule } = parts
  const { Connection } = defineConnection(parts, { name: 'Schedule', view: 'schedules', node: Schedule })
  const Filter = builder.inputType('ScheduleFilter', {
    description: 'All that is given must hold.',
    fields: (t) => ({
      instanceId: t.id({ description: 'About this instance.' }),
      action: t.field({ type: [Action], description: 'That do one of these.' }),
      status: t.field({ type: [Status], description: 'One of these.' }),
      ...madeFields(t),
      projectId: t.id({ description: 'Admins only: of this project. Admins see all projects without it.' }),
    }),
  })
  const place = ({ backend }: ApiContext) => cursorPlace(backend.cursors, 'schedules')

  builder.queryField('schedules', (t) =>
    t.field({
      type: Connection,
      args: { filter: t.arg({ type: Filter, description: 'Which ones.' }), ...listArguments(t.arg) },
      complexity: listComplexity,
      description: 'The schedules of the project, oldest first.',
      resolve: async (_root, { filter, ...args }, context) => {
        const wanted = await scheduleFilter(context, filter ?? {})
        return listPage(args, place(context), wanted && ((request) => context.backend.views.schedules(wanted, request)))
      },
    }),
  )
  builder.objectField(Instance, 'schedules', (t) =>
    t.field({
      type: Connection,
      args: listArguments(t.arg),
      complexity: listComplexity,
      description: 'What is done to it at certain times, oldest first.',
      resolve: ({ id, projectId }, args, context) =>
        listPage(args, place(context), (request) =>
          context.backend.views.schedules({ projectId, instanceId: id }, request),
        ),
    }),
  )
}

const written = ({ scheduleId }: { readonly scheduleId: ScheduleId }, { backend }: ApiContext) =>
  backend.views.schedule(scheduleId)

const addScheduleCommands = ({ Schedule }: Parts, { result, mutation }: Mutations): void => {
  const schedule = readsBackAs(Schedule, 'The schedule as it is now. Null only while `upToDate` is false.', written)
  mutation(createSchedule, result(createSchedule.answer, { became: '`createSchedule`', readsBack: { schedule } }))
  mutation(changeSchedule, result(changeSchedule.answer, { became: '`changeSchedule`', readsBack: { schedule } }))
  mutation(deleteSchedule, result(deleteSchedule.answer, { became: '`deleteSchedule`', readsBack: {} }))
}

export const scheduleNoun: Noun = {
  nodes: { Schedule: visible(scheduleIdSchema, ({ backend }, id) => backend.views.schedule(id)) },
  add: addSchedule,
}
