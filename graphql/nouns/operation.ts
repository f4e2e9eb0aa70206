import { cancelOperation } from '../../commands/public/cancel-operation.ts'
import { operationIdSchema } from '../../domain/ids.ts'
import { kindInCapitals } from '../../domain/instance/operation-kinds.ts'
import { allOperations } from '../../domain/instance/operations.ts'
import type { OperationStep, StepStatus } from '../../projections/views/operation-steps.ts'
import type { OperationDocument } from '../../projections/views/operations.ts'
import { asOfArgument, contextAsOf } from '../as-of.ts'
import type { SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import { cursorPlace } from '../cursor.ts'
import { isEnded } from '../is-ended.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { followDocument } from '../subscriptions/follow-document.ts'
import { visible, visibleOperation } from '../visible.ts'
import { writtenOperation } from './instance-commands.ts'
import { type OperationEnums, operationFilter, operationFilterInput } from './operation-filter.ts'

const addOperation = (parts: SchemaParts, mutations: Mutations): void => {
  const Kind = parts.builder.enumType('OperationKind', {
    description: 'What an operation is for.',
    values: Object.fromEntries(
      allOperations.map(({ kind, does }) => [kindInCapitals(kind), { value: kind, description: does }]),
    ),
  })
  const Status = parts.builder.enumType('OperationStatus', {
    description: 'How far an operation is.',
    values: {
      PENDING: { description: 'Asked for, not begun.' },
      RUNNING: { description: 'A step is being done.' },
      COMPENSATING: { description: 'It has failed or was cancelled, and what it made is being undone.' },
      SUCCEEDED: { description: 'Done.' },
      FAILED: { description: 'Not done; `fault` says why.' },
      CANCELLED: { description: 'Ended on request.' },
    } as const,
  })
  const enums = { Kind, Status }
  addOperationType(parts, enums)
  addOperationQueries(parts, enums)
  addOperationSubscription(parts)
  addCancel(parts, mutations)
}

const addOperationType = (
  { builder, Actor, Fault, Instance, Node, Operation, OperationSubject }: SchemaParts,
  { Kind, Status }: OperationEnums,
): void => {
  const StepState = builder.enumType('StepStatus', {
    description: 'How far a step is.',
    values: {
      PENDING: { description: 'Not begun.' },
      RUNNING: { description: 'The agent is at work on it.' },
      SUCCEEDED: { description: 'Done.' },
      FAILED: { description: 'Not done; `fault` says why.' },
      SKIPPED: { description: 'Not done, because the operation ended before it.' },
    } satisfies Readonly<Record<StepStatus, { readonly description: string }>>,
  })
  const Step = builder.objectRef<OperationStep>('OperationStep').implement({
    description: 'One step of an operation.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Stable within the kind of operation.' }),
      status: t.expose('status', { type: StepState, description: 'How far it is.' }),
      compensating: t.exposeBoolean('compensating', { description: 'It undoes what earlier steps did.' }),
      startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'Null before it begins.' }),
      endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'Null before it ends.' }),
      progress: t.exposeFloat('progress', { description: '0 to 1.' }),
      message: t.exposeString('message', { nullable: true, description: 'What it is doing, for a person.' }),
      fault: t.expose('fault', { type: Fault, nullable: true, description: 'Why it failed.' }),
    }),
  })
  OperationSubject.implement({
    description: 'What operations are about.',
    resolveType: () => Instance.name,
    fields: (t) => ({
      id: t.id({ description: 'Finds it again.', resolve: ({ id }) => id }),
      projectId: t.id({ description: 'The project it belongs to.', resolve: ({ projectId }) => projectId }),
    }),
  })
  Operation.implement({
    interfaces: [Node],
    description: 'Something that takes time: it has steps and a deadline, and it always ends by its deadline.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID. Later operations sort behind earlier ones.' }),
      kind: t.expose('kind', { type: Kind, description: 'What it is for.' }),
      projectId: t.exposeID('projectId', { description: 'The project it belongs to.' }),
      status: t.expose('status', { type: Status, description: 'How far it is.' }),
      steps: t.expose('steps', {
        type: [Step],
        // Few operations have more, those that undo included.
        complexity: { field: 1, multiplier: 8 },
        description: 'In the order they are done; compensating ones behind.',
      }),
      fault: t.expose('fault', { type: Fault, nullable: true, description: 'Why it failed or was cancelled.' }),
      cancellationRequested: t.exposeBoolean('cancellationRequested', { description: 'Somebody asked to cancel it.' }),
      deadline: t.expose('deadline', { type: 'DateTime', description: 'By then it has ended.' }),
      subject: t.field({
        type: OperationSubject,
        nullable: true,
        description: 'What it is about. Null only while the view of that has not come so far.',
        resolve: ({ instanceId }, _args, context) => context.loadInstance(instanceId),
      }),
      instanceId: t.exposeID('instanceId', {
        nullable: true,
        description: 'The instance it is about; null where it is about something else.',
      }),
      instance: t.field({
        type: Instance,
        nullable: true,
        description: 'The instance it is about; null where it is about something else.',
        resolve: ({ instanceId }, _args, context) => context.loadInstance(instanceId),
      }),
      requestedBy: t.expose('requestedBy', { type: Actor, description: 'Who asked for it.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
      endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'Null before it ends.' }),
    }),
  })
}

const addOperationQueries = (parts: SchemaParts, enums: OperationEnums): void => {
  const { builder, Operation } = parts
  const { Connection } = defineConnection(parts, { name: 'Operation', view: 'operations', node: Operation })
  const Filter = operationFilterInput(parts, enums)

  builder.queryField('operation', (t) =>
    t.field({
      type: Operation,
      nullable: true,
      args: { id: t.arg.id({ required: true, description: 'The id of the operation.' }), ...asOfArgument(t.arg) },
      description: 'Null if it does not exist or belongs to another project.',
      resolve: (_root, { id, asOf }, context) => visibleOperation(contextAsOf(context, asOf), id),
    }),
  )

  builder.queryField('operations', (t) =>
    t.field({
      type: Connection,
      args: { filter: t.arg({ type: Filter, description: 'Which ones.' }), ...listArguments(t.arg) },
      complexity: listComplexity,
      description: 'The operations of the project, oldest first.',
      resolve: async (_root, { filter: input, ...args }, context) => {
        const filter = await operationFilter(context, input ?? {})
        const place = cursorPlace(context.backend.cursors, 'operations')
        return listPage(args, place, filter && ((request) => context.backend.views.operations(filter, request)))
      },
    }),
  )
}

const addOperationSubscription = ({ builder, Operation }: SchemaParts): void => {
  builder.subscriptionField('operation', (t) =>
    t.field({
      type: Operation,
      args: { id: t.arg.id({ required: true, description: 'The id of the operation.' }) },
      description:
        'The operation as it is, then again after every change; quick changes may come as one. Ends when the operation has ended. An absent operation, like one of another project, ends it with the error `NOT_FOUND`.',
      subscribe: (_root, { id }, context) =>
        followDocument<OperationDocument>(context, {
          noun: 'operation',
          find: () => visibleOperation(context, id),
          watch: (operation, signal) => context.backend.views.watchOperation(operation.id, signal),
          isLast: isEnded,
        }),
      resolve: (operation) => operation,
    }),
  )
}

const addCancel = ({ Operation }: SchemaParts, { result, mutation }: Mutations): void => {
  mutation(
    cancelOperation,
    result(cancelOperation.answer, {
      became: '`cancelOperation`',
      readsBack: {
        operation: readsBackAs(
          Operation,
          'The operation as it is now. Null only while `upToDate` is false.',
          writtenOperation,
        ),
      },
    }),
  )
}

export const operationNoun: Noun = {
  nodes: { Operation: visible(operationIdSchema, ({ loadOperation }, id) => loadOperation(id)) },
  add: addOperation,
}
