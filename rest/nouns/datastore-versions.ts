import { z } from 'zod'
import type { DatastoreDocument } from '../../projections/views/datastores.ts'
import { absentFields } from '../absent-fields.ts'
import { RestFault } from '../fault.ts'
import { accepted, gives, idAndName } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import type { Route } from '../route.ts'
import { done, send } from '../send.ts'
import { versionId, versionNotFound, versionShape } from './datastores.ts'
import { flag, parseBody } from './shapes.ts'
import { wishOf } from './wish.ts'

type Known = { readonly datastore: DatastoreDocument; readonly version: string; readonly active: boolean }

/** Every version that a host ever came with, withdrawn ones too. */
const knownVersions = async ({ context }: Call): Promise<readonly Known[]> =>
  (await context.backend.views.datastores()).flatMap((datastore) => [
    ...datastore.versions.map((version) => ({ datastore, version, active: true })),
    ...datastore.withdrawn.map((version) => ({ datastore, version, active: false })),
  ])

const version = z.looseObject({ ...idAndName, datastore_name: z.string(), active: z.boolean(), default: z.boolean() })

const findKnown = async (call: Call): Promise<Known> => {
  const named = call.params.version ?? ''
  const found = (await knownVersions(call)).find(
    ({ datastore, version }) => versionId(datastore.type, version) === named,
  )
  if (found) return found
  throw versionNotFound(named)
}

const shape = (call: Call, { datastore, version, active }: Known): Body => ({
  ...versionShape(call, datastore, version),
  datastore_id: datastore.type,
  datastore_name: datastore.type,
  datastore_manager: datastore.type,
  active,
  default: datastore.defaultVersion === version,
})

const changeBody = wishOf({ active: flag.nullish(), default: flag.nullish() }, absentFields['a datastore version'])

/** Only what is on offer of a version is ours to change: the rest is of images, which Coffer has not. */
const change = async (call: Call): Promise<RestAnswer> => {
  const wish = parseBody(changeBody, call.body)
  const { datastore, version, active } = await findKnown(call)
  const which = { datastore: datastore.type, version }
  if (wish.active && !active)
    throw new RestFault(422, 'a version that was withdrawn stays withdrawn', { code: 'INVALID_STATE', field: 'active' })
  if (wish.default === false && datastore.defaultVersion === version)
    throw new RestFault(422, 'a datastore has a default version: name another one as the default', {
      code: 'INVALID_STATE',
      field: 'default',
    })
  if (wish.default) await send(call, { type: 'SetDefaultDatastoreVersion', ...which }, 'default')
  if (wish.active === false) await send(call, { type: 'WithdrawDatastoreVersion', ...which }, 'active')
  return done
}

const withdraw = async (call: Call): Promise<RestAnswer> => {
  const { datastore, version } = await findKnown(call)
  await send(call, { type: 'WithdrawDatastoreVersion', datastore: datastore.type, version })
  return done
}

const path = '/mgmt/datastore-versions'
const one = `${path}/{version}`

export const datastoreVersionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path,
    access: 'admin',
    does: 'Lists all versions, also those that were withdrawn.',
    serves: [],
    gives: gives({ versions: z.array(version) }),
    answer: async (call) => ({
      status: 200,
      body: { versions: (await knownVersions(call)).map((known) => shape(call, known)) },
    }),
  },
  {
    method: 'GET',
    path: one,
    access: 'admin',
    does: 'Shows a version, also one that was withdrawn.',
    serves: [],
    gives: gives({ version }),
    answer: async (call) => ({ status: 200, body: { version: shape(call, await findKnown(call)) } }),
  },
  {
    method: 'PATCH',
    path: one,
    access: 'admin',
    does: 'Makes a version the default (`default`), or withdraws it (`active: false`).',
    serves: ['datastore version set'],
    takes: changeBody,
    gives: accepted,
    answer: change,
  },
  {
    method: 'DELETE',
    path: one,
    access: 'admin',
    does: 'Offers a version no longer; instances that have it keep it.',
    serves: ['datastore version delete'],
    gives: accepted,
    answer: withdraw,
  },
]
