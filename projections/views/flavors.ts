import type { flavorCategory } from '../../domain/flavor/index.ts'
import type { FlavorDocument } from '../documents.ts'
import { defineProjection, listedIn } from '../projection.ts'

export const flavorsProjection = defineProjection<FlavorDocument, typeof flavorCategory>({
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
  entries: ({ id, vcpus, memoryMiB }) => [listedIn('all', 'all', `${padded(vcpus)}/${padded(memoryMiB)}/${id}`)],
})

const padded = (count: number): string => String(count).padStart(10, '0')
