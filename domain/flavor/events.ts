import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { flavorIdSchema } from '../ids.ts'

export const flavorEvents = {
  FlavorDefined: defineEvent(
    1,
    z.object({
      flavorId: flavorIdSchema,
      vcpus: z.int().positive(),
      memoryMiB: z.int().positive(),
      description: z.string(),
    }),
  ),
  /** No new instance may use it; those that do keep it. */
  FlavorRetired: defineEvent(1, z.object({ flavorId: flavorIdSchema })),
}

export type FlavorEvent = EventOf<typeof flavorEvents>
