import { datastoreChoice } from '../../domain/engines/registry.ts'
import { instanceIdSchema } from '../../domain/ids.ts'
import type { Health } from '../../domain/values/health.ts'
import { databasesOf } from '../../domain/values/known-accounts.ts'
import { rootUser } from '../../domain/values/root-user.ts'
import type { InstanceDocument, InstanceStatus } from '../../projections/views/instance-document.ts'
import { asOfArgument, contextAsOf } from '../as-of.ts'
import type { SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import { cursorPlace } from '../cursor.ts'
import type { Noun } from '../noun.ts'
import { followDocument } from '../subscriptions/follow-document.ts'
import { assertNotLost, visible, visibleInstance } from '../visible.ts'
import { addAccess, addAccounts } from './accounts.ts'
import { instanceUri } from './connection-uri.ts'
import { type InstanceEnums, instanceFilter, instanceFilterInput } from './instance-filter.ts'
import { addInstanceNode } from './instance-node.ts'

const later = 'Not used yet: reserved for a later version.'

const statuses = {
  PROVISIONING: { description: 'It is being created.' },
  ACTIVE: { description: 'It serves clients.' },
  RESTARTING: { description: 'Its engine is being restarted.' },
  STOPPING: { description: 'Its engine is being stopped.' },
  STOPPED: { description: 'Its engine is stopped; its data is kept.' },
  STARTING: { description: 'Its engine is being started.' },
  RESIZING: { description: 'It gets another flavor or a larger volume.' },
  CONFIGURING: { description: later },
  UPGRADING: { description: later },
  RESTORING: { description: later },
  PROMOTING: { description: later },
  DELETING: { description: 'It is being deleted.' },
  DELETED: { description: 'It is gone, with its data.' },
  FAILED: { description: 'An operation failed, or its host was removed; `fault` says why.' },
  MISSING: {
    description: 'Its host does not have it any more. It can be started where its data has been put back, or deleted.',
  },
} satisfies Readonly<Record<InstanceStatus, { readonly description: string }>>

const addInstance = (parts: SchemaParts): void => {
  const enums = addInstanceEnums(parts)
  addInstanceType(parts, enums)
  addInstanceQueries(parts, enums)
  addInstanceSubscription(parts)
}

const addInstanceEnums = ({ builder }: SchemaParts): InstanceEnums => {
  const Status = builder.enumType('InstanceStatus', {
    description: 'Where an instance is in its life.',
    values: statuses,
  })
  const Health = builder.enumType('Health', {
    description: 'The state of the engine as the agent on its host sees it.',
    values: {
      HEALTHY: { description: 'A client query over the endpoint succeeds.' },
      UNHEALTHY: { description: 'The engine does not serve clients as it should; `healthReason` says why.' },
      UNKNOWN: { description: 'Nothing is known yet, or the engine is stopped.' },
      UNREACHABLE: { description: 'Its host is lost, or does not have it.' },
    } satisfies Readonly<Record<Health, { readonly description: string }>>,
  })
  return { Status, Health }
}

const addInstanceType = (parts: SchemaParts, { Status, Health }: InstanceEnums): void => {
  const { builder, Event, Fault, Host, Instance, Node, Operation, OperationSubject } = parts
  const InstanceNode = addInstanceNode(parts)
  const Endpoint = builder.objectRef<NonNullable<InstanceDocument['endpoint']>>('Endpoint').implement({
    description: 'Where clients connect.',
    fields: (t) => ({
      host: t.exposeString('host', { description: 'Host name or IP address.' }),
      port: t.exposeInt('port', { description: 'TCP port.' }),
    }),
  })
  const Access = addAccess(parts)
  addAccounts(parts, Access)
  const DatabaseUser = builder.objectRef<InstanceDocument['users'][number]>('DatabaseUser').implement({
    description: 'A user that was made with the instance, or in it since.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name in the database.' }),
      host: t.exposeString('host', { nullable: true, description: 'From where it may come; null for everywhere.' }),
      databases: t.stringList({
        complexity: 1,
        description: 'The databases it may use.',
        resolve: databasesOf,
      }),
      access: t.expose('access', {
        type: [Access],
        complexity: { field: 1, multiplier: 1 },
        description: 'What it may do in which of them.',
      }),
    }),
  })
  const Tag = builder.objectRef<InstanceDocument['tags'][number]>('Tag').implement({
    description: 'What people or their programs file something under.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'Once for each instance.' }),
      value: t.exposeString('value', { description: 'May be empty.' }),
    }),
  })
  const VolumeStage = builder.enumType('VolumeStage', {
    description: 'How full a volume is.',
    values: {
      ROOMY: { description: 'More than 20 % is left.' },
      FILLING: { description: 'Less than 20 % is left: delete data or grow the volume.' },
      NEARLY_FULL: { description: 'Less than 10 % is left.' },
      FULL: {
        description:
          'The engine refuses writes: less than 3 % is left, or less than 48 MiB. Delete data in a session that is set to read and write, or grow the volume.',
      },
    },
  })
  Instance.implement({
    interfaces: [Node, OperationSubject],
    description: 'A database server.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID. Later instances sort behind earlier ones.' }),
      projectId: t.exposeID('projectId', { description: 'The project it belongs to.' }),
      name: t.exposeString('name', {
        description: 'Chosen by its owner; unique in the project among what is not deleted.',
      }),
      status: t.expose('status', {
        type: Status,
        description: '`ACTIVE` is said only after a client query over the endpoint succeeded.',
      }),
      health: t.expose('health', { type: Health, description: 'Beside the status: how the engine does now.' }),
      healthReason: t.exposeString('healthReason', { nullable: true, description: 'Why the health is what it is.' }),
      volumeStage: t.expose('volumeStage', {
        type: VolumeStage,
        description: 'How full its volume is. The figures are in `healthReason` from `FILLING` on.',
      }),
      incident: t.exposeString('incident', {
        nullable: true,
        description:
          'What has happened to the engine within the last ten minutes: it crashed, ran out of memory, or stopped serving clients and was restarted. Null if nothing happened.',
      }),
      datastore: t.exposeString('datastore', { description: `${datastoreChoice}.` }),
      version: t.exposeString('version', { description: 'The exact version, such as `17.10`.' }),
      flavor: t.exposeID('flavor', { description: 'The id of its flavor.' }),
      vcpus: t.int({ description: 'Virtual CPUs it may use.', resolve: ({ resources }) => resources.vcpus }),
      memoryMiB: t.int({ description: 'Memory it may use, in MiB.', resolve: ({ resources }) => resources.memoryMiB }),
      volumeGiB: t.int({ description: 'Size of its volume in GiB.', resolve: ({ resources }) => resources.volumeGiB }),
      endpoint: t.expose('endpoint', {
        type: Endpoint,
        nullable: true,
        description: 'Null until the engine has been reached there once.',
      }),
      caCertificate: t.exposeString('caCertificate', {
        nullable: true,
        description:
          'PEM. The authority that signed the certificate of the endpoint: verify against it. Null as long as `endpoint` is.',
      }),
      connectionUri: t.string({
        nullable: true,
        args: {
          user: t.arg.string({ description: 'The first user if left out.' }),
          database: t.arg.string({ description: 'The first database of that user if left out.' }),
        },
        description:
          'What clients of the datastore take as an address, such as `postgresql://app@10.0.0.5:15432/app?sslmode=verify-full`, without a password. Null until there is an endpoint.',
        resolve: (instance, { user, database }) => instanceUri(instance, user ?? null, database ?? null),
      }),
      databases: t.exposeStringList('databases', {
        complexity: 1,
        description: 'The databases that were made with the instance, or in it since.',
      }),
      users: t.expose('users', {
        type: [DatabaseUser],
        description: 'The users that were made with the instance, or in it since.',
      }),
      rootEnabled: t.exposeBoolean('rootEnabled', {
        description: `Whether the user \`${rootUser}\` is there, beside \`users\`. Who changed that, and when, is told by the operations of the kinds \`ENABLE_ROOT\` and \`DISABLE_ROOT\`.`,
      }),
      description: t.exposeString('description', { nullable: true, description: 'What people say of it.' }),
      tags: t.expose('tags', {
        type: [Tag],
        complexity: { field: 1, multiplier: 1 },
        description: 'By key. `instances` can be filtered by them.',
      }),
      deletionProtected: t.exposeBoolean('deletionProtected', {
        description: 'Whether it is protected: it is not deleted while it is.',
      }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'What is changing the instance now.',
        resolve: ({ operationId }, _args, context) =>
          operationId === null ? null : context.loadOperation(operationId),
      }),
      sharedOperations: t.field({
        type: [Operation],
        // Mostly none: some at most at a time.
        complexity: { field: 1, multiplier: 3 },
        description:
          'What goes on beside it and changes no status, such as a database that is being made. Oldest first.',
        resolve: async ({ sharedOperationIds }, _args, context) =>
          (await Promise.all(sharedOperationIds.map((id) => context.loadOperation(id)))).filter(
            (found) => found !== null,
          ),
      }),
      fault: t.expose('fault', {
        type: Fault,
        nullable: true,
        description: 'Why the last operation failed; null if it did not.',
      }),
      host: t.field({
        type: Host,
        nullable: true,
        description: 'Where it runs. For admins; null for everybody else.',
        resolve: ({ hostId }, _args, { session, loadHost }) => (session.isAdmin ? loadHost(hostId) : null),
      }),
      nodes: t.expose('nodes', {
        type: [InstanceNode],
        complexity: { field: 1, multiplier: 1 },
        description: 'Where it is placed: one node, until there are replicas.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
      statusEvent: t.field({
        type: Event,
        nullable: true,
        complexity: { field: 5, multiplier: 1 },
        description: 'The event that set the status; its `causes` say why. Null where the log cannot show it.',
        resolve: ({ projectId, statusPosition }, _args, { backend }) =>
          backend.views.event({ projectId }, statusPosition),
      }),
      healthEvent: t.field({
        type: Event,
        nullable: true,
        complexity: { field: 5, multiplier: 1 },
        description: 'The event that set the health. Null where the log cannot show it.',
        resolve: ({ projectId, healthPosition }, _args, { backend }) =>
          backend.views.event({ projectId }, healthPosition),
      }),
      stateVersion: t.exposeInt('stateVersion', {
        description:
          'Grows with every change. Pass it as `expectedVersion` to refuse a command if it has changed meanwhile.',
      }),
    }),
  })
}

const addInstanceQueries = (parts: SchemaParts, enums: InstanceEnums): void => {
  const { builder, Instance } = parts
  const { Connection } = defineConnection(parts, { name: 'Instance', view: 'instances', node: Instance })
  const Filter = instanceFilterInput(parts, enums)

  builder.queryField('instance', (t) =>
    t.field({
      type: Instance,
      nullable: true,
      args: { id: t.arg.id({ required: true, description: 'The id of the instance.' }), ...asOfArgument(t.arg) },
      description:
        'Null if it does not exist or belongs to another project. Deleted instances stay visible as `DELETED`. The error `UNREADABLE_HISTORY` where all its events are missing.',
      resolve: async (_root, { id, asOf }, context) =>
        (await visibleInstance(contextAsOf(context, asOf), id)) ?? assertNotLost(context, id),
    }),
  )

  builder.queryField('instances', (t) =>
    t.field({
      type: Connection,
      args: { filter: t.arg({ type: Filter, description: 'Which ones.' }), ...listArguments(t.arg) },
      complexity: listComplexity,
      description: 'The instances of the project, oldest first.',
      resolve: async (_root, { filter, ...args }, context) => {
        const place = cursorPlace(context.backend.cursors, 'instances')
        const wanted = instanceFilter(context.session, filter ?? {})
        return listPage(args, place, wanted && ((request) => context.backend.views.instances(wanted, request)))
      },
    }),
  )
}

const addInstanceSubscription = ({ builder, Instance }: SchemaParts): void => {
  builder.subscriptionField('instance', (t) =>
    t.field({
      type: Instance,
      args: { id: t.arg.id({ required: true, description: 'The id of the instance.' }) },
      description:
        'The instance as it is, then again after every change; quick changes may come as one. Ends after `DELETED`. An absent instance, like one of another project, ends it with the error `NOT_FOUND`.',
      subscribe: (_root, { id }, context) =>
        followDocument<InstanceDocument>(context, {
          noun: 'instance',
          find: () => visibleInstance(context, id),
          watch: (instance, signal) => context.backend.views.watchInstance(instance.id, signal),
          isLast: ({ status }) => status === 'DELETED',
        }),
      resolve: (instance) => instance,
    }),
  )
}

export const instanceNoun: Noun = {
  nodes: { Instance: visible(instanceIdSchema, ({ loadInstance }, id) => loadInstance(id)) },
  add: addInstance,
}
