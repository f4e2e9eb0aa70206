import { z } from 'zod'
import { effectiveValues } from '../../domain/configuration/effective.ts'
import { whyNotSettable } from '../../domain/configuration/settable.ts'
import { configurationIdSchema, type InstanceId } from '../../domain/ids.ts'
import { parametersIdOf } from '../../domain/parameters/index.ts'
import { notRead } from '../../domain/parameters/not-read.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import type { Parameter } from '../../domain/values/parameter.ts'
import { visible } from '../../graphql/visible.ts'
import type { ConfigurationDocument } from '../../projections/views/configurations.ts'
import { badRequest, faultOfRejection, notFound } from '../fault.ts'
import { accepted, gives, givesPage, idAndName } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import { paging, type Route } from '../route.ts'
import { done, send } from '../send.ts'
import { chosenDatastore, datastoreWish, findVersion, versionId } from './datastores.ts'
import { findInstance } from './find-instance.ts'
import { findNamed } from './find-named.ts'
import { nextLinks, pageOf, parseBody, timeOf } from './shapes.ts'
import { wishOf } from './wish.ts'

const configurationShape = (group: ConfigurationDocument): Body => {
  const { id, name, description, datastore, version, instances } = group
  return {
    id,
    name,
    description,
    instance_count: Object.keys(instances).length,
    datastore_name: datastore,
    datastore_version_id: versionId(datastore, version),
    datastore_version_name: version,
    datastore_version_number: version,
    created: timeOf(group.createdAt),
    updated: timeOf(group.updatedAt),
  }
}

const configuration = z.looseObject({ ...idAndName, datastore_name: z.string().optional() })

const withValues = (group: ConfigurationDocument): Body => ({
  ...configurationShape(group),
  values: { ...group.values },
})

const visibleConfiguration = visible(configurationIdSchema, ({ backend }, id) => backend.views.configuration(id))

const findConfiguration = (call: Call): Promise<ConfigurationDocument> =>
  findNamed(call, call.params.configuration ?? '', {
    noun: 'Configuration',
    idSchema: configurationIdSchema,
    byId: visibleConfiguration,
    list: ({ context, project }, _name, page) => context.backend.views.configurations({ projectId: project }, page),
  })

const valuesShape = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

const valuesOf = (values: z.output<typeof valuesShape>) =>
  Object.entries(values).map(([name, value]) => ({ name, value: String(value) }))

const createBody = wishOf({
  configuration: wishOf({
    name: z.string(),
    description: z.string().nullish(),
    values: valuesShape,
    datastore: datastoreWish.nullish(),
  }),
})

const create = async (call: Call): Promise<RestAnswer> => {
  const { configuration: wish } = parseBody(createBody, call.body)
  const { datastore, version } = await chosenDatastore(call, wish.datastore ?? {})
  const { configurationId } = await send(call, {
    type: 'CreateConfiguration',
    projectId: call.project,
    name: wish.name,
    datastore,
    values: valuesOf(wish.values),
    ...(wish.description && { description: wish.description }),
    ...(version !== null && { version }),
  })
  const group = await call.context.backend.views.configuration(configurationId)
  // It is written down, and the views have not got it yet.
  const shown = group ? withValues(group) : { id: configurationId, name: wish.name, values: wish.values }
  return { status: 200, body: { configuration: shown } }
}

const changeBody = wishOf({
  configuration: wishOf({
    name: z.string().nullish(),
    description: z.string().nullish(),
    values: valuesShape.nullish(),
  }),
})

/** Sends what a body names of a group. `values`: what becomes of those that it does not name. Throws 400 where it names nothing. */
const change = async (call: Call, values: 'kept' | 'replaced'): Promise<void> => {
  const { configuration: wish } = parseBody(changeBody, call.body)
  const { name, description } = wish
  if (![name, description, wish.values].some((part) => part !== undefined && part !== null))
    throw badRequest('a change of a configuration names "values", "name" or "description"', 'configuration')
  const { id } = await findConfiguration(call)
  const details = {
    ...(typeof name === 'string' && { name }),
    ...(typeof description === 'string' && { description }),
  }
  const command =
    wish.values && values === 'replaced'
      ? ({ type: 'ReplaceConfiguration', id, values: valuesOf(wish.values), ...details } as const)
      : ({ type: 'ChangeConfiguration', id, set: valuesOf(wish.values ?? {}), ...details } as const)
  await send(call, command)
}

const patch = async (call: Call): Promise<RestAnswer> => {
  await change(call, 'kept')
  return { status: 200 }
}

const replace = async (call: Call): Promise<RestAnswer> => {
  await change(call, 'replaced')
  return done
}

const followers = async (call: Call): Promise<RestAnswer> => {
  const { instances } = await findConfiguration(call)
  const ids = Object.keys(instances) as InstanceId[]
  const found = await Promise.all(ids.map(call.context.loadInstance))
  return {
    status: 200,
    body: { instances: found.flatMap((instance) => (instance ? [{ id: instance.id, name: instance.name }] : [])) },
  }
}

/** What the instance has of every parameter that can be set. */
const effective = async (call: Call): Promise<RestAnswer> => {
  const instance = await findInstance(call)
  const settable = (await tryReadSettable(call, instance.datastore, instance.version)) ?? []
  const values = effectiveValues(instance, settable).flatMap(({ parameter, value }) =>
    value === null ? [] : [[parameter.name, value] as const],
  )
  return { status: 200, body: { instance: { configuration: Object.fromEntries(values) } } }
}

/** Null until a host has started that version. */
const tryReadSettable = async (
  { context }: Call,
  datastore: DatastoreType,
  version: string,
): Promise<readonly Parameter[] | null> => {
  const read = await context.backend.views.parameters(parametersIdOf(datastore, version))
  return read?.parameters.filter((parameter) => whyNotSettable(datastore, parameter) === null) ?? null
}

const troveTypes: Readonly<Record<Parameter['type'], string>> = {
  boolean: 'boolean',
  integer: 'integer',
  number: 'float',
  enum: 'string',
  set: 'string',
  text: 'string',
}

const parameterShape = (of: string, { name, type, min, max, restart }: Parameter): Body => ({
  name,
  type: troveTypes[type],
  ...(min !== null && { min }),
  ...(max !== null && { max }),
  restart_required: restart,
  datastore_version_id: of,
})

const parameter = z.looseObject({ name: z.string(), type: z.string(), restart_required: z.boolean() })

const parametersOf = async (call: Call, datastore: DatastoreType, version: string): Promise<readonly Body[] | null> => {
  const settable = await tryReadSettable(call, datastore, version)
  return settable?.map((parameter) => parameterShape(versionId(datastore, version), parameter)) ?? null
}

const listParameters = async (call: Call): Promise<RestAnswer> => {
  const { datastore, version } = await findVersion(call)
  const parameters = await parametersOf(call, datastore.type, version)
  return { status: 200, body: { 'configuration-parameters': parameters ?? [] } }
}

const showParameter = async (call: Call): Promise<RestAnswer> => {
  const wanted = call.params.parameter ?? ''
  const { datastore, version } = await findVersion(call)
  const parameters = await parametersOf(call, datastore.type, version)
  if (parameters === null) throw faultOfRejection(notRead(datastore.type, version))
  const found = parameters.find(({ name }) => name === wanted)
  if (found) return { status: 200, body: found }
  throw notFound(`Parameter ${wanted.slice(0, 64)} cannot be found.`)
}

const parameterRoutes = ['/datastores/versions/{version}', '/datastores/{datastore}/versions/{version}'].flatMap(
  (version): readonly Route[] => [
    {
      method: 'GET',
      path: `${version}/parameters`,
      access: 'project',
      does: 'Lists the parameters of a version that can be set.',
      serves: ['database configuration parameter list'],
      gives: gives({ 'configuration-parameters': z.array(parameter) }),
      answer: listParameters,
    },
    {
      method: 'GET',
      path: `${version}/parameters/{parameter}`,
      access: 'project',
      does: 'Shows a parameter.',
      serves: ['database configuration parameter show'],
      gives: { status: 200, body: parameter },
      answer: showParameter,
    },
  ],
)

export const configurationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/configurations',
    access: 'project',
    does: 'Lists the configuration groups of the project.',
    serves: ['database configuration list'],
    query: paging,
    gives: givesPage('configurations', configuration),
    answer: async (call) => {
      const { project, context } = call
      const { entries, next } = await context.backend.views.configurations({ projectId: project }, pageOf(call))
      const configurations = entries.map(({ document }) => configurationShape(document))
      const links = nextLinks(call, '/configurations', 'configurations', next)
      return { status: 200, body: { configurations, ...links } }
    },
  },
  {
    method: 'POST',
    path: '/configurations',
    access: 'project',
    does: 'Makes a configuration group.',
    serves: ['database configuration create'],
    takes: createBody,
    gives: gives({ configuration }),
    answer: create,
  },
  {
    method: 'GET',
    path: '/configurations/{configuration}',
    access: 'project',
    does: 'Shows a configuration group with its values, by its id or its name.',
    serves: ['database configuration show'],
    gives: gives({ configuration }),
    answer: async (call) => ({ status: 200, body: { configuration: withValues(await findConfiguration(call)) } }),
  },
  {
    method: 'PATCH',
    path: '/configurations/{configuration}',
    access: 'project',
    does: 'Sets values of a configuration group, its name or its description; what is not named stays. Its instances follow, one at a time.',
    serves: ['database configuration parameter set'],
    takes: changeBody,
    gives: { status: 200, body: null },
    answer: patch,
  },
  {
    method: 'PUT',
    path: '/configurations/{configuration}',
    access: 'project',
    does: 'Replaces the values of a configuration group, and changes its name or its description; what is not named stays. Its instances follow, one at a time.',
    serves: ['database configuration set'],
    takes: changeBody,
    gives: accepted,
    answer: replace,
  },
  {
    method: 'DELETE',
    path: '/configurations/{configuration}',
    access: 'project',
    does: 'Deletes a configuration group that no instance follows.',
    serves: ['database configuration delete'],
    gives: accepted,
    answer: async (call) => {
      await send(call, { type: 'DeleteConfiguration', id: (await findConfiguration(call)).id })
      return done
    },
  },
  {
    method: 'GET',
    path: '/configurations/{configuration}/instances',
    access: 'project',
    does: 'Lists the instances that follow a configuration group.',
    serves: ['database configuration instances'],
    gives: gives({ instances: z.array(z.looseObject(idAndName)) }),
    answer: followers,
  },
  {
    method: 'GET',
    path: '/instances/{instance}/configuration',
    access: 'project',
    does: 'Shows what an instance has of every parameter that can be set.',
    serves: ['database configuration default'],
    gives: gives({ instance: z.looseObject({ configuration: z.record(z.string(), z.string()) }) }),
    answer: effective,
  },
  ...parameterRoutes,
]
