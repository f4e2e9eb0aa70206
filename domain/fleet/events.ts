import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { hostIdSchema } from '../ids.ts'

export const fleetEvents = {
  /** No other host gets the name from now on, and the one that this host had before is free. */
  FleetHostNameTaken: defineEvent(1, z.object({ hostId: hostIdSchema, name: z.string() })),
  /** The host was removed: another may have its name. */
  FleetHostNameReleased: defineEvent(1, z.object({ hostId: hostIdSchema, name: z.string() })),
}

export type FleetEvent = EventOf<typeof fleetEvents>
