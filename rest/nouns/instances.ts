import { z } from 'zod'
import { quote } from '../../domain/values/text.ts'
import { projectNamed } from '../../graphql/pipeline/tenancy.ts'
import type { InstanceDocument } from '../../projections/views/instance-document.ts'
import type { InstanceFilter } from '../../projections/views/instances.ts'
import { absentFields } from '../absent-fields.ts'
import { notHere } from '../fault.ts'
import { accepted, gives, givesPage } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import { paging, type Route } from '../route.ts'
import { begun, done, operationHeader, send } from '../send.ts'
import { chosenDatastore, datastoreWish } from './datastores.ts'
import { findInstance } from './find-instance.ts'
import { actionBodies, actOnInstance, volumeShape } from './instance-actions.ts'
import { instanceAnswer, instanceShape, region } from './instance-shape.ts'
import { nextLinks, pageOf, parseBody, reference } from './shapes.ts'
import { userInputs, userShapes } from './users.ts'
import { wishOf } from './wish.ts'

const databaseShape = wishOf({
  name: z.string(),
  character_set: z.string().nullish(),
  collate: z.string().nullish(),
})
export const databaseShapes = z.array(databaseShape)

const createBody = wishOf({
  instance: wishOf(
    {
      name: z.string(),
      flavorRef: reference.nullish(),
      volume: volumeShape.nullish(),
      datastore: datastoreWish.nullish(),
      databases: databaseShapes.nullish(),
      users: userShapes.nullish(),
      restorePoint: wishOf({ backupRef: reference }).nullish(),
      region_name: z.string().nullish(),
      // Whoever comes from Trove names a network in every create. Here instances are reached at the address of their host, whatever it says.
      nics: z.unknown().optional(),
    },
    absentFields['a new instance'],
  ),
})

const databaseInput = ({ name, character_set, collate }: z.output<typeof databaseShape>) => ({
  name,
  ...(character_set && { characterSet: character_set }),
  ...(collate && { collation: collate }),
})

export const databaseInputs = (databases: z.output<typeof databaseShapes>) => databases.map(databaseInput)

const fromBackup = { datastore: null, version: null } as const

const create = async (call: Call): Promise<RestAnswer> => {
  const { instance: wish } = parseBody(createBody, call.body)
  if (wish.region_name && wish.region_name !== region)
    throw notHere(`the one region here is ${quote(region)}: leave out "region_name"`, 'instance.region_name')
  const { name, flavorRef, volume, databases, users, restorePoint } = wish
  // What is made of a backup is of its datastore.
  const { datastore, version } = restorePoint ? fromBackup : await chosenDatastore(call, wish.datastore ?? {})
  const answer = await send(call, {
    type: 'CreateInstance',
    projectId: call.project,
    name,
    ...(datastore !== null && { datastore }),
    ...(restorePoint && { fromBackup: restorePoint.backupRef }),
    ...(version !== null && { version }),
    ...(flavorRef && { flavor: flavorRef }),
    ...(volume && { volumeGiB: volume.size }),
    ...(databases && { databases: databaseInputs(databases) }),
    ...(users && { users: userInputs(users) }),
  })
  const instance = await call.context.loadInstance(answer.instanceId)
  const headers = operationHeader(answer)
  // It is written down, and the views have not got it yet.
  if (instance === null)
    return { status: 200, headers, body: { instance: { id: answer.instanceId, name, status: 'BUILD', links: [] } } }
  return { status: 200, headers, body: { instance: instanceShape(call, instance) } }
}

/** Of the project of the path, oldest first, so that a page ends where the next begins. */
const listOf = async (
  call: Call,
  filter: InstanceFilter,
  path: string,
  extent: 'short' | 'detail',
): Promise<RestAnswer> => {
  const { entries, next } = await call.context.backend.views.instances(filter, pageOf(call))
  const body: Body = {
    instances: entries.map(({ document }) => instanceShape(call, document, extent)),
    ...nextLinks(call, path, 'instances', next),
  }
  return { status: 200, body }
}

const listHere = (call: Call, name: string, extent: 'short' | 'detail'): Promise<RestAnswer> =>
  listOf(call, { projectId: call.project }, `/${name}`, extent)

const listAll = async (call: Call): Promise<RestAnswer> => {
  const { query } = call
  const named = query.get('project_id')
  const filter = {
    projectId: named === null || named === '' ? null : projectNamed(named, 'project_id'),
    includeDeleted: query.get('deleted')?.toLowerCase() === 'true',
  }
  return listOf(call, filter, '/mgmt/instances', 'detail')
}

const changeBody = wishOf({
  instance: wishOf(
    {
      name: z.string().nullish(),
      configuration: z.string().nullish(),
      access: z.looseObject({}).nullish(),
      datastore_version: z.string().nullish(),
    },
    absentFields['a change of an instance'],
  ),
})

/** No configuration at all, and nothing else either, is how some clients ask to follow none any more. */
const configure = async (
  call: Call,
  { id, configuration }: InstanceDocument,
  wish: z.output<typeof changeBody>['instance'],
): Promise<RestAnswer> => {
  const followsNone = wish.configuration === null || Object.keys(wish).length === 0
  if (wish.configuration) {
    const command = { type: 'AttachConfiguration', id, configurationId: wish.configuration } as const
    return begun(await send(call, command, 'configuration'))
  }
  if (!followsNone || configuration.id === null) return done
  return begun(await send(call, { type: 'DetachConfiguration', id }, 'configuration'))
}

const change = async (call: Call): Promise<RestAnswer> => {
  const { instance: wish } = parseBody(changeBody, call.body)
  const instance = await findInstance(call)
  if (wish.access) throw notHere('Coffer does not change who may connect from where yet')
  if (wish.datastore_version) throw notHere('Coffer does not go over to another version yet')
  if (wish.name && wish.name !== instance.name) {
    await send(call, { type: 'RenameInstance', id: instance.id, name: wish.name }, 'name')
  }
  return configure(call, instance, wish)
}

const commandsOnOne = ['database instance show', 'database instance create']

export const instanceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/instances',
    access: 'project',
    does: 'Lists the instances of the project.',
    serves: ['database instance list'],
    query: paging,
    gives: givesPage('instances', instanceAnswer),
    answer: (call) => listHere(call, 'instances', 'short'),
  },
  {
    method: 'GET',
    path: '/instances/detail',
    access: 'project',
    does: 'Lists them with their times and faults.',
    serves: [],
    query: paging,
    gives: givesPage('instances', instanceAnswer),
    answer: (call) => listHere(call, 'instances/detail', 'detail'),
  },
  {
    method: 'POST',
    path: '/instances',
    access: 'project',
    does: 'Makes an instance. `X-Coffer-Operation` says which operation does it.',
    serves: ['database instance create'],
    takes: createBody,
    gives: gives({ instance: instanceAnswer }),
    answer: create,
  },
  {
    method: 'GET',
    path: '/instances/{instance}',
    access: 'project',
    does: 'Shows an instance, by its id or its name.',
    serves: commandsOnOne,
    gives: gives({ instance: instanceAnswer }),
    answer: async (call) => ({ status: 200, body: { instance: instanceShape(call, await findInstance(call)) } }),
  },
  ...(['PUT', 'PATCH'] as const).map(
    (method): Route => ({
      method,
      path: '/instances/{instance}',
      access: 'project',
      does: 'Renames an instance, or has it follow a configuration group, or none.',
      serves:
        method === 'PUT'
          ? [
              'database instance update',
              'database instance detach',
              'database configuration attach',
              'database configuration detach',
            ]
          : [],
      takes: changeBody,
      gives: accepted,
      answer: change,
    }),
  ),
  {
    method: 'DELETE',
    path: '/instances/{instance}',
    access: 'project',
    does: 'Deletes an instance with its data.',
    serves: ['database instance delete'],
    gives: accepted,
    answer: async (call) => begun(await send(call, { type: 'DeleteInstance', id: (await findInstance(call)).id })),
  },
  {
    method: 'POST',
    path: '/instances/{instance}/action',
    access: 'project',
    does: 'Restarts an instance, changes its size, or cancels what is being done to it (`reset_status`).',
    serves: [
      'database instance restart',
      'database instance resize flavor',
      'database instance resize volume',
      'database instance reset status',
      'database instance force delete',
    ],
    takes: actionBodies.project,
    gives: accepted,
    answer: (call) => actOnInstance(call, 'project'),
  },
  {
    method: 'GET',
    path: '/mgmt/instances',
    access: 'admin',
    does: 'Lists the instances of all projects, or of `project_id`.',
    serves: ['database instance list'],
    query: ['project_id', 'deleted', ...paging],
    gives: givesPage('instances', instanceAnswer),
    answer: listAll,
  },
  {
    method: 'GET',
    path: '/mgmt/instances/{instance}',
    access: 'admin',
    does: 'Shows an instance of any project.',
    serves: [],
    gives: gives({ instance: instanceAnswer }),
    answer: async (call) => ({ status: 200, body: { instance: instanceShape(call, await findInstance(call)) } }),
  },
  {
    method: 'POST',
    path: '/mgmt/instances/{instance}/action',
    access: 'admin',
    does: 'Stops or restarts an instance, or cancels what is being done to it (`reset-task-status`).',
    serves: ['database instance reboot'],
    takes: actionBodies.admin,
    gives: accepted,
    answer: (call) => actOnInstance(call, 'admin'),
  },
]
