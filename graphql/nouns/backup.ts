import { createBackup } from '../../commands/public/create-backup.ts'
import { deleteBackup } from '../../commands/public/delete-backup.ts'
import { verifyBackup } from '../../commands/public/verify-backup.ts'
import { datastoreChoice } from '../../domain/engines/registry.ts'
import { type BackupId, backupIdSchema } from '../../domain/ids.ts'
import type { BackupProofStatus, BackupStatus } from '../../projections/views/backup-status.ts'
import type { BackupDocument, BackupFilter, BackupProofDocument } from '../../projections/views/backups.ts'
import { asOfArgument, contextAsOf } from '../as-of.ts'
import type { EnumRef, NewObjectRef, SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { distinct } from '../input.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { visible } from '../visible.ts'
import { writtenOperation } from './instance-commands.ts'
import { type InstanceScopeInput, instanceScope } from './instance-scope.ts'
import { type MadeInput, madeFields, madeWithin } from './made-within.ts'

type Parts = SchemaParts & { readonly Backup: NewObjectRef<BackupDocument> }

const visibleBackup = visible(backupIdSchema, ({ backend }, id) => backend.views.backup(id))

const addBackup = (shared: SchemaParts, mutations: Mutations): void => {
  const { builder } = shared
  const Status = builder.enumType('BackupStatus', {
    description: 'Where a backup is in its life.',
    values: {
      CREATING: { description: 'It is being made.' },
      AVAILABLE: { description: 'All of it is in the backup store.' },
      FAILED: { description: 'It came to nothing; `fault` says why.' },
      DELETING: { description: 'It cannot be restored any more, and is being removed.' },
    } satisfies Readonly<Record<BackupStatus, { readonly description: string }>>,
  })
  const parts: Parts = { ...shared, Backup: builder.objectRef<BackupDocument>('Backup') }
  addBackupType(parts, Status)
  addBackupQueries(parts, Status)
  addBackupCommands(parts, mutations)
}

const addBackupType = (parts: Parts, Status: EnumRef<BackupStatus>): void => {
  const { Actor, Backup, Fault, Instance, Node, Operation } = parts
  const Proof = addProof(parts)
  Backup.implement({
    interfaces: [Node],
    description: 'A copy of all data of an instance at one moment. It outlives its instance.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      projectId: t.exposeID('projectId', { description: 'The project whose it is.' }),
      name: t.exposeString('name', { description: 'For people; others may have the same.' }),
      instanceId: t.exposeID('instanceId', { description: 'The instance that it is of.' }),
      instanceName: t.exposeString('instanceName', { description: 'What that was called then.' }),
      instance: t.field({
        type: Instance,
        nullable: true,
        description: 'The instance as it is now. Null where the views have not got it.',
        resolve: ({ instanceId }, _args, context) => context.loadInstance(instanceId),
      }),
      scheduleId: t.exposeID('scheduleId', {
        nullable: true,
        description: 'The schedule that decides how long it stays. Null: it stays until somebody deletes it.',
      }),
      status: t.expose('status', { type: Status, description: 'Where it is in its life.' }),
      thenDelete: t.exposeBoolean('thenDelete', {
        description: 'Whether the instance is to be deleted once this is available.',
      }),
      instanceKept: t.exposeString('instanceKept', {
        nullable: true,
        description:
          'Why the instance stays that was to be deleted once this was available. Null: it does not, or this is not available.',
      }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'What makes it, or made it.',
        resolve: ({ operationId }, _args, context) => context.loadOperation(operationId),
      }),
      datastore: t.exposeString('datastore', { description: `${datastoreChoice}.` }),
      version: t.exposeString('version', { description: 'Its version.' }),
      volumeGiB: t.exposeInt('volumeGiB', { description: 'The size of the volume that the data was on, in GiB.' }),
      databases: t.exposeStringList('databases', {
        complexity: 1,
        description: 'The databases in it, as far as they were made with Coffer.',
      }),
      users: t.exposeStringList('users', {
        complexity: 1,
        description: 'The users in it, as far as they were made with Coffer. They keep their passwords.',
      }),
      bytes: t.exposeFloat('bytes', {
        nullable: true,
        description: 'How much was copied. Null until it is available.',
      }),
      storedBytes: t.exposeFloat('storedBytes', {
        nullable: true,
        description: 'What that takes in the backup store, compressed and encrypted. Null until it is available.',
      }),
      location: t.exposeString('location', {
        nullable: true,
        description: 'What the keys of its objects in the backup store begin with. Null until it is available.',
      }),
      fault: t.expose('fault', { type: Fault, nullable: true, description: 'Why it failed.' }),
      removalPostponed: t.exposeString('removalPostponed', {
        nullable: true,
        description: 'Why what the backup store has of it could not be removed yet. It is tried again.',
      }),
      proof: t.expose('proof', {
        type: Proof,
        nullable: true,
        description:
          'What came of restoring it last. Null: nobody has tried, and whether it can be restored is not known.',
      }),
      verification: t.field({
        type: Operation,
        nullable: true,
        description: 'What restores it at the moment to verify it.',
        resolve: ({ verification }, _args, context) => verification && context.loadOperation(verification.operationId),
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
      createdBy: t.expose('createdBy', { type: Actor, description: 'Who asked for it.' }),
      completedAt: t.expose('completedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When all of it was in the store.',
      }),
    }),
  })
}

const addProof = ({ builder, Fault }: SchemaParts) => {
  const Status = builder.enumType('BackupProofStatus', {
    description: 'What came of restoring a backup.',
    values: {
      PROVEN: { description: 'It was restored, its engine ran, and all of it was read.' },
      FAILED: { description: 'It could not be restored or read, or nobody could find out; `fault` says why.' },
    } as const,
  })
  return builder.objectRef<BackupProofDocument>('BackupProof').implement({
    description: 'That a backup can be restored, or that it cannot, as it was tried.',
    fields: (t) => ({
      status: t.expose('status', { type: Status, description: 'What came of it.' }),
      at: t.expose('at', { type: 'DateTime', description: 'When.' }),
      tookMs: t.exposeFloat('tookMs', { description: 'From the wish to the end of reading it, in milliseconds.' }),
      tables: t.exposeFloat('tables', {
        nullable: true,
        description: 'How many tables were read. Null where it failed.',
      }),
      rows: t.exposeFloat('rows', {
        nullable: true,
        description: 'How many rows they have, or keys where there are no tables. Null where it failed.',
      }),
      fault: t.expose('fault', { type: Fault, nullable: true, description: 'Why it failed.' }),
    }),
  })
}

type FilterInput = {
  readonly status?: readonly BackupStatus[] | null
  readonly proof?: readonly BackupProofStatus[] | null
} & InstanceScopeInput &
  MadeInput

/** In the terms of the views. Null when it names an instance that the caller may not see or that does not exist. */
const backupFilter = async (context: ApiContext, input: FilterInput): Promise<BackupFilter | null> => {
  const scope = await instanceScope(context, input)
  return (
    scope && {
      ...scope,
      ...(input.status && { statuses: distinct(input.status) }),
      ...(input.proof && { proofs: distinct(input.proof) }),
      ...madeWithin(input),
    }
  )
}

const addBackupQueries = (parts: Parts, Status: EnumRef<BackupStatus>): void => {
  const { builder, Backup, Instance } = parts
  const { Connection } = defineConnection(parts, { name: 'Backup', view: 'backups', node: Backup })
  const Proof = builder.enumType('BackupProofFilter', {
    description: 'What is known of whether a backup can be restored.',
    values: {
      PROVEN: { description: 'It was restored and read.' },
      FAILED: { description: 'It could not be restored or read, or nobody could find out.' },
      UNPROVEN: { description: 'Nobody has tried.' },
    } satisfies Readonly<Record<BackupProofStatus, { readonly description: string }>>,
  })
  const Filter = builder.inputType('BackupFilter', {
    description: 'All that is given must hold.',
    fields: (t) => ({
      instanceId: t.id({ description: 'Of this instance.' }),
      status: t.field({ type: [Status], description: 'One of these.' }),
      proof: t.field({ type: [Proof], description: 'What came of restoring it last is one of these.' }),
      ...madeFields(t),
      projectId: t.id({ description: 'Admins only: of this project. Admins see all projects without it.' }),
    }),
  })
  const place = (context: ApiContext) => cursorPlace(context.backend.cursors, 'backups')

  builder.queryField('backup', (t) =>
    t.field({
      type: Backup,
      nullable: true,
      args: { id: t.arg.id({ required: true, description: 'The id of the backup.' }), ...asOfArgument(t.arg) },
      description: 'The backup with this id. Null if it does not exist or the caller may not see it.',
      resolve: (_root, { id, asOf }, context) => visibleBackup(contextAsOf(context, asOf), id),
    }),
  )
  builder.queryField('backups', (t) =>
    t.field({
      type: Connection,
      args: { filter: t.arg({ type: Filter, description: 'Which ones.' }), ...listArguments(t.arg) },
      complexity: listComplexity,
      description: 'The backups of the project, oldest first.',
      resolve: async (_root, { filter, ...args }, context) => {
        const wanted = await backupFilter(context, filter ?? {})
        return listPage(args, place(context), wanted && ((request) => context.backend.views.backups(wanted, request)))
      },
    }),
  )
  builder.objectField(Instance, 'newestBackup', (t) =>
    t.field({
      type: Backup,
      nullable: true,
      description: 'Its newest backup that is available. Null without one.',
      resolve: ({ id }, _args, { backend }) => backend.views.newestBackup('available', id),
    }),
  )
  builder.objectField(Instance, 'newestProvenBackup', (t) =>
    t.field({
      type: Backup,
      nullable: true,
      description: 'Its newest backup that is available and was restored. Null without one.',
      resolve: ({ id }, _args, { backend }) => backend.views.newestBackup('proven', id),
    }),
  )
  builder.objectField(Instance, 'backups', (t) =>
    t.field({
      type: Connection,
      args: listArguments(t.arg),
      complexity: listComplexity,
      description: 'Its backups, oldest first. They stay when it is deleted.',
      resolve: ({ id, projectId }, args, context) =>
        listPage(args, place(context), (request) =>
          context.backend.views.backups({ projectId, instanceId: id }, request),
        ),
    }),
  )
}

const written = ({ backupId }: { readonly backupId: BackupId }, { backend }: ApiContext) =>
  backend.views.backup(backupId)

const addBackupCommands = ({ Backup, Operation }: Parts, { result, mutation }: Mutations): void => {
  const backup = readsBackAs(Backup, 'The backup as it is now. Null only while `upToDate` is false.', written)
  const operation = readsBackAs(Operation, 'What makes it. Null only while `upToDate` is false.', writtenOperation)
  mutation(createBackup, result(createBackup.answer, { became: '`createBackup`', readsBack: { backup, operation } }))
  mutation(verifyBackup, result(verifyBackup.answer, { became: '`verifyBackup`', readsBack: { backup, operation } }))
  mutation(deleteBackup, result(deleteBackup.answer, { became: '`deleteBackup`', readsBack: {} }))
}

export const backupNoun: Noun = {
  nodes: { Backup: visibleBackup },
  add: addBackup,
}
