import {
  cancelRollout,
  changeConfiguration,
  createConfiguration,
  deleteConfiguration,
  replaceConfiguration,
  rollOutConfiguration,
} from '../../commands/public/configurations.ts'
import { type EffectiveValue, effectiveValues, pendingParameters } from '../../domain/configuration/effective.ts'
import { whyNotSettable } from '../../domain/configuration/settable.ts'
import { type ConfigurationId, configurationIdSchema, type InstanceId } from '../../domain/ids.ts'
import { parametersIdOf } from '../../domain/parameters/index.ts'
import type { ParameterValues } from '../../domain/values/parameter.ts'
import type { ConfigurationDocument, RolloutDocument } from '../../projections/views/configurations.ts'
import type { InstanceDocument } from '../../projections/views/instance-document.ts'
import { asOfArgument, contextAsOf } from '../as-of.ts'
import type { ObjectRef, SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { scopeOf } from '../pipeline/tenancy.ts'
import { visible } from '../visible.ts'

type Value = { readonly name: string; readonly value: string }
const inOrder = (values: ParameterValues): readonly Value[] =>
  Object.entries(values)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))

const visibleConfiguration = visible(configurationIdSchema, ({ backend }, id) => backend.views.configuration(id))

const addConfiguration = (parts: SchemaParts, mutations: Mutations): void => {
  const ParameterValue = parts.builder.objectRef<Value>('ParameterValue').implement({
    description: 'A value for a parameter.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'The parameter.' }),
      value: t.exposeString('value', { description: 'As the engine takes it.' }),
    }),
  })
  const Configuration = addConfigurationType(parts, ParameterValue)
  addLists(parts, Configuration)
  addToInstance(parts, Configuration, ParameterValue)
  addCommands(Configuration, mutations)
}

const addConfigurationType = (
  { builder, Actor, Instance, Node }: SchemaParts,
  ParameterValue: ObjectRef<Value>,
): ObjectRef<ConfigurationDocument> => {
  const Status = builder.enumType('RolloutStatus', {
    description: 'How far a rollout is.',
    values: {
      RUNNING: { description: 'Instances are asked to follow, a few at a time.' },
      SUCCEEDED: { description: 'All instances have followed.' },
      FAILED: { description: 'An instance has failed or refused; those after it were not asked.' },
      CANCELLED: { description: 'Somebody stopped it; those that were not asked by then are as they were.' },
    } as const,
  })
  const Rollout = builder.objectRef<RolloutDocument>('Rollout').implement({
    description: 'How the instances of a configuration group follow a change of it.',
    fields: (t) => ({
      revision: t.exposeInt('revision', { description: 'The revision that they are to have.' }),
      restart: t.exposeBoolean('restart', { description: 'They are restarted where a value takes it.' }),
      parallelism: t.exposeInt('parallelism', { description: 'How many follow at a time.' }),
      status: t.expose('status', { type: Status, description: 'How far it is.' }),
      instanceId: t.exposeID('instanceId', { nullable: true, description: 'The instance that failed. Null else.' }),
      reason: t.exposeString('reason', { nullable: true, description: 'Why it failed. Null where none did.' }),
    }),
  })
  type Follower = { readonly instanceId: InstanceId; readonly revision: number }
  const FollowerRef = builder.objectRef<Follower>('ConfiguredInstance').implement({
    description: 'An instance that follows a configuration group.',
    fields: (t) => ({
      instanceId: t.exposeID('instanceId', { description: 'The instance.' }),
      instance: t.field({
        type: Instance,
        nullable: true,
        description: 'The same. Null while the views have not got it.',
        resolve: ({ instanceId }, _args, context) => context.loadInstance(instanceId),
      }),
      revision: t.exposeInt('revision', { description: 'The revision of the group that it has.' }),
    }),
  })
  const Configuration = builder.objectRef<ConfigurationDocument>('Configuration')
  Configuration.implement({
    interfaces: [Node],
    description: 'A configuration group: values for parameters of an engine, which any number of instances follow.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      projectId: t.exposeID('projectId', { description: 'The project whose it is.' }),
      name: t.exposeString('name', { description: 'For people. Several groups may have one name.' }),
      description: t.exposeString('description', { description: 'What it is for.' }),
      datastore: t.exposeString('datastore', { description: 'The engine that it is for.' }),
      version: t.exposeString('version', { description: 'By whose parameters its values are checked.' }),
      revision: t.exposeInt('revision', { description: 'Raised by every change of a value.' }),
      values: t.field({
        type: [ParameterValue],
        complexity: 1,
        description: 'Its values, by name.',
        resolve: ({ values }) => inOrder(values),
      }),
      instances: t.field({
        type: [FollowerRef],
        complexity: 5,
        description: 'Those that follow it.',
        resolve: ({ instances }) =>
          (Object.keys(instances) as InstanceId[])
            .sort()
            .map((instanceId) => ({ instanceId, revision: instances[instanceId] ?? 0 })),
      }),
      rollout: t.expose('rollout', {
        type: Rollout,
        nullable: true,
        description: 'The last one. Null before the first.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      createdBy: t.expose('createdBy', { type: Actor, description: 'Who made it.' }),
      updatedAt: t.expose('updatedAt', {
        type: 'DateTime',
        description: 'When its values, its name or its description last changed.',
      }),
    }),
  })
  return Configuration
}

const addLists = (parts: SchemaParts, Configuration: ObjectRef<ConfigurationDocument>): void => {
  const { Connection } = defineConnection(parts, { name: 'Configuration', view: 'configurations', node: Configuration })
  parts.builder.queryField('configurations', (t) =>
    t.field({
      type: Connection,
      args: {
        projectId: t.arg.id({ description: 'Admins only: of this project. Admins see all projects without it.' }),
        ...listArguments(t.arg),
      },
      complexity: listComplexity,
      description: 'The configuration groups of the project, oldest first.',
      resolve: (_root, { projectId, ...args }, { backend, session }) => {
        const scope = scopeOf(session, projectId, 'projectId')
        const place = cursorPlace(backend.cursors, 'configurations')
        return listPage(args, place, (request) => backend.views.configurations(scope, request))
      },
    }),
  )
  parts.builder.queryField('configuration', (t) =>
    t.field({
      type: Configuration,
      nullable: true,
      args: { id: t.arg.id({ required: true, description: 'UUID.' }), ...asOfArgument(t.arg) },
      description: 'A configuration group. Null where there is none that the caller may see.',
      resolve: (_root, { id, asOf }, context) => visibleConfiguration(contextAsOf(context, asOf), id),
    }),
  )
}

const addToInstance = (
  { builder, Instance }: SchemaParts,
  Configuration: ObjectRef<ConfigurationDocument>,
  ParameterValue: ObjectRef<Value>,
): void => {
  const Source = builder.enumType('ParameterSource', {
    description: 'From where an instance has a value.',
    values: {
      GROUP: { description: 'From its configuration group.' },
      COFFER: { description: 'From Coffer: by the size of the instance, or for a reason of its own.' },
      ENGINE: { description: "It is the engine's own." },
    } as const,
  })
  const Effective = builder.objectRef<EffectiveValue>('EffectiveParameter').implement({
    description: 'What an instance has of a parameter.',
    fields: (t) => ({
      name: t.string({ description: 'The parameter.', resolve: ({ parameter }) => parameter.name }),
      value: t.exposeString('value', { nullable: true, description: 'What the engine has. Null for none.' }),
      source: t.expose('source', { type: Source, description: 'From where.' }),
      pending: t.string({
        nullable: true,
        description: 'What it has from its next start on. Null where that is the same.',
        resolve: ({ pending }) => pending ?? null,
      }),
      engineDefault: t.string({
        nullable: true,
        description: "The engine's own. Null where it has none.",
        resolve: ({ parameter }) => parameter.default,
      }),
      unit: t.string({
        nullable: true,
        description: 'What a bare number counts.',
        resolve: ({ parameter }) => parameter.unit,
      }),
    }),
  })
  const Configured = builder.objectRef<InstanceDocument['configuration']>('InstanceConfiguration').implement({
    description: 'The values that an instance was given.',
    fields: (t) => ({
      group: t.field({
        type: Configuration,
        nullable: true,
        description: 'The configuration group that it follows. Null for none.',
        resolve: ({ id }, _args, { backend }) => id && backend.views.configuration(id),
      }),
      revision: t.exposeInt('revision', { description: 'The revision of the group that it has.' }),
      values: t.field({
        type: [ParameterValue],
        complexity: 1,
        description: 'What was wished.',
        resolve: ({ values }) => inOrder(values),
      }),
      pending: t.stringList({
        complexity: 1,
        description: 'Parameters whose values take effect with the next start of the engine.',
        resolve: (configuration) => [...pendingParameters(configuration)],
      }),
      refusal: t.exposeString('refusal', {
        nullable: true,
        description: 'Why the engine does without what was wished: it did not start with it. Null where it has it.',
      }),
    }),
  })
  builder.objectField(Instance, 'configuration', (t) =>
    t.field({
      type: Configured,
      description: 'The values that it was given.',
      resolve: ({ configuration }) => configuration,
    }),
  )
  builder.objectField(Instance, 'parameters', (t) =>
    t.field({
      type: [Effective],
      complexity: 5,
      args: {
        containing: t.arg.string({ description: 'Only those whose name has this in it.' }),
        changed: t.arg.boolean({ description: "Only those that are not, or will not be, the engine's own." }),
      },
      description: 'What it has of every parameter that can be set. Empty while no host has read them.',
      resolve: async (instance, { containing, changed }, { backend }) => {
        const { datastore, version } = instance
        const read = await backend.views.parameters(parametersIdOf(datastore, version))
        const settable = (read?.parameters ?? []).filter(
          (parameter) =>
            parameter.name.includes(containing?.toLowerCase() ?? '') && whyNotSettable(datastore, parameter) === null,
        )
        return effectiveValues(instance, settable).filter(
          ({ source, pending }) => !changed || source !== 'ENGINE' || pending !== undefined,
        )
      },
    }),
  )
}

const written = ({ configurationId }: { readonly configurationId: ConfigurationId }, { backend }: ApiContext) =>
  backend.views.configuration(configurationId)

const addCommands = (Configuration: ObjectRef<ConfigurationDocument>, { result, mutation }: Mutations): void => {
  const changed = result(changeConfiguration.answer, {
    became: 'a command to a configuration group',
    readsBack: {
      configuration: readsBackAs(
        Configuration,
        'The group as it is now. Null once it is deleted, or while `upToDate` is false.',
        written,
      ),
    },
  })
  mutation(createConfiguration, changed)
  mutation(changeConfiguration, changed)
  mutation(replaceConfiguration, changed)
  mutation(rollOutConfiguration, changed)
  mutation(cancelRollout, changed)
  mutation(deleteConfiguration, changed)
}

export const configurationNoun: Noun = {
  nodes: { Configuration: visibleConfiguration },
  add: addConfiguration,
}
