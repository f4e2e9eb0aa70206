import {
  datastoreAnswer,
  setDefaultDatastoreVersion,
  withdrawDatastoreVersion,
} from '../../commands/public/datastore-versions.ts'
import { buildNotes } from '../../domain/datastore/build-notes.ts'
import { datastoreChoice } from '../../domain/engines/registry.ts'
import type { Engine } from '../../domain/host/events.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { compareVersions } from '../../domain/values/version.ts'
import type { Page } from '../../projections/page.ts'
import type { DatastoreDocument } from '../../projections/views/datastores.ts'
import type { HostDocument } from '../../projections/views/hosts.ts'
import type { ObjectRef, SchemaParts } from '../builder.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'

const addDatastore = ({ builder }: SchemaParts, mutations: Mutations): void => {
  const Datastore = builder.objectRef<DatastoreDocument>('Datastore')
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
        description:
          'What to know before you choose it: missing patch releases, libraries that are no longer maintained.',
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
  addVersionCommands(Datastore, mutations)
}

/** Each build once, on however many hosts it is. */
const buildsOf = (type: DatastoreType, hosts: Page<HostDocument>): readonly Engine[] => {
  const engines = hosts.entries.flatMap(({ document }) =>
    document.engines.filter(({ datastore }) => datastore === type),
  )
  const builds = new Map(engines.map((engine) => [JSON.stringify(engine), engine]))
  return [...builds.values()].sort((a, b) => compareVersions(b.version, a.version))
}

const addVersionCommands = (Datastore: ObjectRef<DatastoreDocument>, { result, mutation }: Mutations): void => {
  const changed = result(datastoreAnswer, {
    became: 'a command to a datastore',
    readsBack: {
      datastore: readsBackAs(
        Datastore,
        'The datastore as it is now. Null only while `upToDate` is false.',
        ({ datastore }, { backend }) => backend.views.datastore(datastore),
      ),
    },
  })
  mutation(setDefaultDatastoreVersion, changed)
  mutation(withdrawDatastoreVersion, changed)
}

export const datastoreNoun: Noun = { add: addDatastore }
