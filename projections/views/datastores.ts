import type { datastoreCategory } from '../../domain/datastore/index.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { compareVersions } from '../../domain/values/version.ts'
import { everyone } from '../lists.ts'
import { inAll } from '../matching.ts'
import { defineFold } from '../projection.ts'
import { defineView } from '../view.ts'

/** Key: the type. Index: `all`. `versions`: offered and not withdrawn, newest first. */
export type DatastoreDocument = {
  readonly type: DatastoreType
  readonly versions: readonly string[]
  readonly withdrawn: readonly string[]
  readonly defaultVersion: string | null
  /** True when an admin chose the default; else it follows the newest. */
  readonly defaultPinned: boolean
}

const emptyDatastore = (type: DatastoreType): DatastoreDocument => ({
  type,
  versions: [],
  withdrawn: [],
  defaultVersion: null,
  defaultPinned: false,
})

/** A pinned default stays while it is offered; else the newest is the default. */
const withDefault = (document: DatastoreDocument): DatastoreDocument => {
  const { versions, defaultVersion, defaultPinned } = document
  if (defaultPinned && defaultVersion !== null && versions.includes(defaultVersion)) return document
  return { ...document, defaultPinned: false, defaultVersion: versions[0] ?? null }
}

const fold = defineFold<DatastoreDocument, typeof datastoreCategory>()({
  view: 'datastores',
  version: 1,
  keysOf: ({ data }) => [data.datastore],
  on: {
    DatastoreVersionOffered: (document, { data: { datastore, version } }) => {
      const before = document ?? emptyDatastore(datastore)
      return withDefault({
        ...before,
        versions: [version, ...without(before.versions, version)].sort(newestFirst),
        withdrawn: without(before.withdrawn, version),
      })
    },
    DatastoreVersionWithdrawn: (document, { data: { datastore, version } }) => {
      const before = document ?? emptyDatastore(datastore)
      return withDefault({
        ...before,
        versions: without(before.versions, version),
        withdrawn: [version, ...without(before.withdrawn, version)].sort(newestFirst),
      })
    },
    DatastoreDefaultVersionSet: (document, { data: { datastore, version } }) => ({
      ...(document ?? emptyDatastore(datastore)),
      defaultVersion: version,
      defaultPinned: true,
    }),
  },
  lists: { all: () => everyone },
  sortKey: ({ type }) => type,
})

export const datastoresView = defineView(fold, ({ get, page }) => ({
  datastore: (type: DatastoreType) => get(type),
  datastores: async (): Promise<readonly DatastoreDocument[]> => {
    const { entries } = await page(inAll, { first: 100 })
    return entries.map(({ document }) => document)
  },
}))

const without = (versions: readonly string[], version: string) => versions.filter((other) => other !== version)

const newestFirst = (a: string, b: string): number => compareVersions(b, a)
