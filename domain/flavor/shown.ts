import type { ShownOf } from '../aggregate.ts'
import type { flavorEvents } from './events.ts'

export const flavorShown: ShownOf<typeof flavorEvents> = {
  FlavorDefined: ({ flavorId, vcpus, memoryMiB, description }) => ({ flavorId, vcpus, memoryMiB, description }),
  FlavorRetired: ({ flavorId }) => ({ flavorId }),
}
