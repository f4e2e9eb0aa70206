import type { flavorCategory } from '../../domain/flavor/index.ts'
import type { FlavorId } from '../../domain/ids.ts'
import { everyone } from '../lists.ts'
import { inAll } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { defineFold } from '../projection.ts'
import { defineView } from '../view.ts'

/** Key: the id. Index: `all`; sorted by vCPUs, memory, id. Retired flavors stay, marked. */
export type FlavorDocument = {
  readonly id: FlavorId
  readonly vcpus: number
  readonly memoryMiB: number
  readonly description: string
  readonly retired: boolean
}

const fold = defineFold<FlavorDocument, typeof flavorCategory>()({
  view: 'flavors',
  version: 1,
  keysOf: ({ data }) => [data.flavorId],
  on: {
    FlavorDefined: (_, { data }) => ({
      id: data.flavorId,
      vcpus: data.vcpus,
      memoryMiB: data.memoryMiB,
      description: data.description,
      retired: false,
    }),
    FlavorRetired: (document) => document && { ...document, retired: true },
  },
  lists: { all: () => everyone },
  sortKey: ({ id, vcpus, memoryMiB }) => `${padded(vcpus)}/${padded(memoryMiB)}/${id}`,
})

export const flavorsView = defineView(fold, ({ get, page }) => ({
  flavor: (id: FlavorId) => get(id),
  /** The smallest first. */
  flavors: (request: PageRequest) => page(inAll, request),
}))

const padded = (count: number): string => String(count).padStart(10, '0')
