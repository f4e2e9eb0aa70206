import type { PublicCommand } from '../../commands/api.ts'
import { buildNotes } from '../../domain/datastore/build-notes.ts'
import { datastoreChoice, datastoreTypes } from '../../domain/engines/registry.ts'
import type { Engine } from '../../domain/host/events.ts'
import { type DatastoreType, datastoreTypeSchema } from '../../domain/values/instance-spec.ts'
import { quote } from '../../domain/values/text.ts'
import { compareVersions } from '../../domain/values/version.ts'
import type { HostDocument } from '../../projections/documents.ts'
import type { Page } from '../../projections/page.ts'
import type { SchemaParts } from '../builder.ts'
import { type AcceptedInterface, defineResult, idempotencyKeyField } from '../mutation.ts'
import { readBack, type Written, write } from '../write.ts'

type WrittenDatastore = Written & { readonly datastore: DatastoreType }

export const addDatastore = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Datastore } = parts
  const BuildLibrary = builder
    .objectRef<{ readonly name: string; readonly version: string }>('BuildLibrary')
    .implement({
      description: 'A library that a build of an engine brings along.',
      fields: (t) => ({
        name: t.exposeString('name', { description: 'As its makers call it, such as `OpenSSL`.' }),
        version: t.exposeString('version', { description: 'The version in the build.' }),
      }),
    })
  const DatastoreBuild = builder.objectRef<Engine>('DatastoreBuild').implement({
    description: 'A build of an engine that hosts have installed.',
    fields: (t) => ({
      version: t.exposeString('version', { description: 'The exact version.' }),
      source: t.exposeString('source', {
        description: 'Where it comes from: `npm`, `added` (by an administrator), `system` or another word.',
      }),
      libraries: t.field({
        type: [BuildLibrary],
        complexity: 1,
        description: 'Libraries that came with it. Those of the operating system are not listed.',
        resolve: ({ libraries }) => libraries ?? [],
      }),
      notes: t.stringList({
        complexity: 1,
        description: 'What to know before you choose it: missing patch releases, libraries that nobody mends any more.',
        resolve: buildNotes,
      }),
    }),
  })
  Datastore.implement({
    description: 'A kind of database that instances can be asked for.',
    fields: (t) => ({
      type: t.exposeString('type', { description: `${datastoreChoice}.` }),
      versions: t.exposeStringList('versions', {
        complexity: 1,
        description: 'Versions to choose from, newest first.',
      }),
      withdrawnVersions: t.stringList({
        complexity: 1,
        description: 'Versions an admin withdrew: no new instances, those that run stay.',
        resolve: ({ withdrawn }) => withdrawn,
      }),
      builds: t.field({
        type: [DatastoreBuild],
        complexity: 5,
        description: 'Where the versions come from, newest first. A version has several builds if hosts differ.',
        resolve: async ({ type }, _args, { backend }) => buildsOf(type, await backend.views.hosts({ first: 100 })),
      }),
      defaultVersion: t.exposeString('defaultVersion', {
        nullable: true,
        description: 'What a request without a version gets. Null when no version is offered.',
      }),
      defaultPinned: t.exposeBoolean('defaultPinned', {
        description: 'An admin chose the default; else it follows the newest.',
      }),
    }),
  })
  builder.queryField('datastores', (t) =>
    t.field({
      type: [Datastore],
      description: 'What instances can be asked for.',
      resolve: (_root, _args, { backend }) => backend.views.datastores(),
    }),
  )
  addVersionCommands(parts, Accepted)
}

/** Each build once, on however many hosts it is. */
const buildsOf = (type: DatastoreType, hosts: Page<HostDocument>): readonly Engine[] => {
  const engines = hosts.entries.flatMap(({ document }) =>
    document.engines.filter(({ datastore }) => datastore === type),
  )
  const builds = new Map(engines.map((engine) => [JSON.stringify(engine), engine]))
  return [...builds.values()].sort((a, b) => compareVersions(b.version, a.version))
}

const versionCommands = {
  setDefaultDatastoreVersion: {
    type: 'SetDefaultDatastoreVersion',
    does: 'Admins only. Names the version that a request without one gets.',
  },
  withdrawDatastoreVersion: {
    type: 'WithdrawDatastoreVersion',
    does: 'Admins only. Offers a version no longer; instances that have it keep it.',
  },
} as const

const addVersionCommands = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Datastore } = parts
  const DatastoreAccepted = builder.objectRef<WrittenDatastore>('DatastoreAccepted').implement({
    description: 'The datastore was changed, or already was as wished.',
    interfaces: [Accepted],
    fields: (t) => ({
      datastore: t.field({
        type: Datastore,
        nullable: true,
        description: 'The datastore as it is now. Null only while `upToDate` is false.',
        resolve: ({ datastore }, _args, context) => readBack(context, () => context.backend.views.datastore(datastore)),
      }),
    }),
  })
  const DatastoreResult = defineResult(parts, {
    name: 'DatastoreResult',
    accepted: DatastoreAccepted,
    description: 'What became of a command to a datastore.',
  })
  for (const [field, { type, does }] of Object.entries(versionCommands)) {
    const Input = builder.inputType(`${type}Input`, {
      description: 'Which version of which datastore.',
      fields: (t) => ({
        datastore: t.string({ required: true, description: `${datastoreChoice}.` }),
        version: t.string({ required: true, description: 'An exact version, such as `17.10`.' }),
        ...idempotencyKeyField(t),
      }),
    })
    builder.mutationField(field, (t) =>
      t.field({
        type: DatastoreResult,
        args: { input: t.arg({ type: Input, required: true, description: 'Which version of which datastore.' }) },
        description: does,
        resolve: async (_root, { input: { datastore, version, idempotencyKey } }, context) => {
          const parsed = datastoreTypeSchema.safeParse(datastore)
          if (!parsed.success) {
            const message = `${quote(datastore)} is not a datastore: ${datastoreTypes.join(', ')} are`
            return { code: 'UNKNOWN_DATASTORE' as const, field: 'datastore', message }
          }
          const command: PublicCommand = { type, datastore: parsed.data, version }
          const result = await write(context, { command, idempotencyKey }, () =>
            context.backend.views.datastore(parsed.data),
          )
          return 'answer' in result ? { ...result, datastore: parsed.data } : result
        },
      }),
    )
  }
}
