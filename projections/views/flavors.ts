import type { flavorCategory } from '../../domain/flavor/index.ts'
import type { FlavorDocument } from '../documents.ts'
import { everyone } from '../lists.ts'
import { defineView } from '../projection.ts'

export const flavorsProjection = defineView<FlavorDocument, typeof flavorCategory, 'flavors'>({
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

const padded = (count: number): string => String(count).padStart(10, '0')
