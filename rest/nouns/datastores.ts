import { z } from 'zod'
import { datastoreTypes } from '../../domain/engines/registry.ts'
import { cut, quote } from '../../domain/values/text.ts'
import type { DatastoreDocument } from '../../projections/views/datastores.ts'
import { badRequest, notFound, RestFault } from '../fault.ts'
import { gives, idAndName, linksShape } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import type { Route } from '../route.ts'
import { flavorList, givesFlavors } from './flavors.ts'
import { linksOf } from './shapes.ts'
import { wishOf } from './wish.ts'

/** Trove gives versions ids of their own; ours say what they are. */
export const versionId = (type: string, version: string): string => `${type}-${version}`

export const versionShape = (call: Call, { type }: DatastoreDocument, version: string): Body => {
  const id = versionId(type, version)
  return { id, name: version, version, links: linksOf(call, `datastores/${type}/versions`, id) }
}

const datastoreShape = (call: Call, document: DatastoreDocument): Body => {
  const { type, versions, defaultVersion } = document
  return {
    id: type,
    name: type,
    ...(defaultVersion !== null && { default_version: versionId(type, defaultVersion) }),
    versions: versions.map((version) => versionShape(call, document, version)),
    links: linksOf(call, 'datastores', type),
  }
}

const version = z.looseObject({ ...idAndName, links: linksShape })
const datastore = z.looseObject({ ...idAndName, versions: z.array(version) })

/** What is on offer: a datastore all of whose versions were withdrawn is not. */
const offered = async ({ context }: Call): Promise<readonly DatastoreDocument[]> =>
  (await context.backend.views.datastores()).filter(({ versions }) => versions.length > 0)

const findDatastore = async (call: Call): Promise<DatastoreDocument> => {
  const named = call.params.datastore ?? ''
  const found = (await offered(call)).find(({ type }) => type === named)
  if (found) return found
  throw notFound(`Datastore ${named.slice(0, 64)} cannot be found.`)
}

type FoundVersion = { readonly datastore: DatastoreDocument; readonly version: string }

/** The version of the path, by its id or its number. */
export const findVersion = async (call: Call): Promise<FoundVersion> => {
  const named = call.params.version ?? ''
  const among = call.params.datastore === undefined ? await offered(call) : [await findDatastore(call)]
  for (const datastore of among) {
    const version = datastore.versions.find((each) => [each, versionId(datastore.type, each)].includes(named))
    if (version !== undefined) return { datastore, version }
  }
  throw versionNotFound(named)
}

export const versionNotFound = (named: string): RestFault =>
  notFound(`Datastore version ${named.slice(0, 64)} cannot be found.`)

/** A datastore as requests name it. */
export const datastoreWish = wishOf({
  type: z.string().nullish(),
  version: z.string().nullish(),
  version_number: z.string().nullish(),
})

/** What a create asks for: without a type the first datastore on offer. The version may be its id or its number. */
export const chosenDatastore = async (
  call: Call,
  { type, version, version_number }: z.output<typeof datastoreWish>,
): Promise<{ readonly datastore: string; readonly version: string | null }> => {
  const datastore = type ?? defaultOf(await offered(call))
  const prefix = `${datastore}-`
  const [name, number] = [version, version_number].map((given) =>
    given?.startsWith(prefix) ? given.slice(prefix.length) : given || null,
  )
  if (name && number && number !== name && !number.startsWith(`${name}.`))
    throw badRequest(
      `version ${quote(cut(name, 64))} is not number ${quote(cut(number, 64))}: name one of them`,
      'datastore.version_number',
    )
  return { datastore, version: number ?? name ?? null }
}

/** In the order in which Coffer lists its engines. */
const defaultOf = (datastores: readonly DatastoreDocument[]): string => {
  const type = datastoreTypes.find((each) => datastores.some((datastore) => datastore.type === each))
  if (type) return type
  throw new RestFault(503, 'no datastore is on offer: no host has told yet what it has', {
    code: 'UNAVAILABLE',
    retryAfterSeconds: 1,
  })
}

const showVersion = async (call: Call): Promise<RestAnswer> => {
  const { datastore, version } = await findVersion(call)
  return { status: 200, body: { version: { ...versionShape(call, datastore, version), datastore: datastore.type } } }
}

export const datastoreRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/datastores',
    access: 'project',
    does: 'Lists the datastores on offer, with their versions.',
    serves: ['datastore list'],
    gives: gives({ datastores: z.array(datastore) }),
    answer: async (call) => ({
      status: 200,
      body: { datastores: (await offered(call)).map((document) => datastoreShape(call, document)) },
    }),
  },
  {
    method: 'GET',
    path: '/datastores/versions/{version}',
    access: 'project',
    does: 'Shows a version of any datastore, by its id.',
    serves: ['datastore version show'],
    gives: gives({ version }),
    answer: showVersion,
  },
  {
    method: 'GET',
    path: '/datastores/{datastore}',
    access: 'project',
    does: 'Shows a datastore.',
    serves: ['datastore show'],
    gives: gives({ datastore }),
    answer: async (call) => ({ status: 200, body: { datastore: datastoreShape(call, await findDatastore(call)) } }),
  },
  {
    method: 'GET',
    path: '/datastores/{datastore}/versions',
    access: 'project',
    does: 'Lists the versions of a datastore.',
    serves: ['datastore version list'],
    gives: gives({ versions: z.array(version) }),
    answer: async (call) => {
      const document = await findDatastore(call)
      const versions = document.versions.map((version) => ({
        ...versionShape(call, document, version),
        datastore: document.type,
      }))
      return { status: 200, body: { versions } }
    },
  },
  {
    method: 'GET',
    path: '/datastores/{datastore}/versions/{version}',
    access: 'project',
    does: 'Shows a version, by its id or its number.',
    serves: ['datastore version show'],
    gives: gives({ version }),
    answer: showVersion,
  },
  {
    method: 'GET',
    path: '/datastores/{datastore}/versions/{version}/flavors',
    access: 'project',
    does: 'Lists the flavors of a version: all of them.',
    serves: ['database flavor list'],
    gives: givesFlavors,
    answer: async (call) => {
      await findVersion(call)
      return { status: 200, body: { flavors: await flavorList(call) } }
    },
  },
]
