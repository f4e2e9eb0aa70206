import { z } from 'zod'
import { backupIdSchema } from '../../domain/ids.ts'
import { bytesOfGiB } from '../../domain/values/bytes.ts'
import { quote } from '../../domain/values/text.ts'
import { visible } from '../../graphql/visible.ts'
import type { BackupStatus } from '../../projections/views/backup-status.ts'
import type { BackupDocument, BackupFilter } from '../../projections/views/backups.ts'
import { absentFields } from '../absent-fields.ts'
import { badRequest, notHere } from '../fault.ts'
import { accepted, gives, givesPage, idAndName } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import { paging, type Route } from '../route.ts'
import { done, operationHeader, send } from '../send.ts'
import { versionId } from './datastores.ts'
import { findInstance } from './find-instance.ts'
import { findNamed } from './find-named.ts'
import { nextLinks, pageOf, parseBody, timeOf } from './shapes.ts'
import { wishOf } from './wish.ts'

/** Those that can be seen here: one that is being deleted is gone. */
const troveStatus: Readonly<Partial<Record<BackupStatus, string>>> = {
  CREATING: 'BUILDING',
  AVAILABLE: 'COMPLETED',
  FAILED: 'FAILED',
}
const kept = Object.keys(troveStatus) as readonly BackupStatus[]

/** Trove has several; here backups go where the server keeps them. */
const storageDriver = 'coffer'

const backupShape = (backup: BackupDocument): Body => {
  const { id, projectId, instanceId, name, status, datastore, version, bytes, location } = backup
  return {
    id,
    name,
    description: '',
    instance_id: instanceId,
    parent_id: null,
    project_id: projectId,
    created: timeOf(backup.createdAt),
    updated: timeOf(backup.completedAt ?? backup.createdAt),
    size: bytes === null ? 0 : Math.round((bytes / bytesOfGiB) * 100) / 100,
    status: troveStatus[status] ?? status,
    locationRef: location ?? '',
    storage_driver: storageDriver,
    datastore: { type: datastore, version, version_id: versionId(datastore, version) },
  }
}

const backup = z.looseObject({ ...idAndName, status: z.string(), instance_id: z.string().optional() })

const list = async (
  call: Call,
  filter: Omit<BackupFilter, 'projectId' | 'statuses'>,
  path: string,
): Promise<RestAnswer> => {
  const { project, context } = call
  const wanted = { ...filter, projectId: project, statuses: kept }
  const { entries, next } = await context.backend.views.backups(wanted, pageOf(call))
  const backups = entries.map(({ document }) => backupShape(document))
  return { status: 200, body: { backups, ...nextLinks(call, path, 'backups', next) } }
}

/** Those of `instance_id`, where the query names one that the caller may see; none of any other. */
const listAsked = async (call: Call): Promise<RestAnswer> => {
  const instance = call.query.get('instance_id')
  if (instance === null) return list(call, {}, '/backups')
  const { id } = await findInstance({ ...call, params: { instance } })
  return list(call, { instanceId: id }, '/backups')
}

const visibleBackup = visible(backupIdSchema, ({ backend }, id) => backend.views.backup(id))

const findBackup = (call: Call): Promise<BackupDocument> =>
  findNamed(call, call.params.backup ?? '', {
    noun: 'Backup',
    idSchema: backupIdSchema,
    byId: async (context, id) => {
      const backup = await visibleBackup(context, id)
      return backup && kept.includes(backup.status) ? backup : null
    },
    list: ({ context, project }, _name, page) =>
      context.backend.views.backups({ projectId: project, statuses: kept }, page),
  })

const createBody = wishOf({
  backup: wishOf(
    { name: z.string(), instance: z.string().nullish(), storage_driver: z.string().nullish() },
    absentFields['a backup'],
  ),
})

const create = async (call: Call): Promise<RestAnswer> => {
  const { backup: wish } = parseBody(createBody, call.body)
  if (wish.storage_driver && wish.storage_driver !== storageDriver)
    throw notHere(`the one storage driver here is ${quote(storageDriver)}`, 'backup.storage_driver')
  if (!wish.instance) throw badRequest('a backup is of an instance: name it as "instance"', 'backup.instance')
  const { id: instanceId } = await findInstance({ ...call, params: { instance: wish.instance } })
  const answer = await send(call, { type: 'CreateBackup', instanceId, name: wish.name })
  const backup = await call.context.backend.views.backup(answer.backupId)
  const body = backup ? backupShape(backup) : { id: answer.backupId, name: wish.name, status: 'NEW' }
  return { status: 202, headers: operationHeader(answer), body: { backup: body } }
}

export const backupRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/backups',
    access: 'project',
    does: 'Lists the backups of the project, or of `instance_id`.',
    serves: ['database backup list'],
    query: ['instance_id', ...paging],
    gives: givesPage('backups', backup),
    answer: listAsked,
  },
  {
    method: 'POST',
    path: '/backups',
    access: 'project',
    does: 'Makes a backup of an instance that runs.',
    serves: ['database backup create'],
    takes: createBody,
    gives: gives({ backup }, 202),
    answer: create,
  },
  {
    method: 'GET',
    path: '/backups/{backup}',
    access: 'project',
    does: 'Shows a backup, by its id or its name.',
    serves: ['database backup show'],
    gives: gives({ backup }),
    answer: async (call) => ({ status: 200, body: { backup: backupShape(await findBackup(call)) } }),
  },
  {
    method: 'DELETE',
    path: '/backups/{backup}',
    access: 'project',
    does: 'Deletes a backup. It cannot be restored any more.',
    serves: ['database backup delete'],
    gives: accepted,
    answer: async (call) => {
      await send(call, { type: 'DeleteBackup', id: (await findBackup(call)).id })
      return done
    },
  },
  {
    method: 'GET',
    path: '/instances/{instance}/backups',
    access: 'project',
    does: 'Lists the backups of an instance.',
    serves: ['database backup list instance'],
    query: paging,
    gives: givesPage('backups', backup),
    answer: async (call) => {
      const { id } = await findInstance(call)
      return list(call, { instanceId: id }, `/instances/${id}/backups`)
    },
  },
]
