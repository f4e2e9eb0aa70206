import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { hostIdSchema } from '../ids.ts'
import { joinTokenIdSchema } from './id.ts'

export const fleetEvents = {
  /** No other host gets the name from now on, and the one that this host had before is free. */
  FleetHostNameTaken: defineEvent(1, z.object({ hostId: hostIdSchema, name: z.string() })),
  /** The host was removed: another may have its name. */
  FleetHostNameReleased: defineEvent(1, z.object({ hostId: hostIdSchema, name: z.string() })),
  /**
   * A host can be let in by this token, once, until `expiresAt`. `proofKey`: public half of the key that follows from its secret; the secret is shown once and
   * kept nowhere. `hostId`: the one host that it is for, which may come with another key than before; null for any that is not known yet.
   */
  FleetJoinTokenIssued: defineEvent(
    1,
    z.object({
      tokenId: joinTokenIdSchema,
      proofKey: z.string(),
      hostId: hostIdSchema.nullable(),
      expiresAt: z.iso.datetime(),
    }),
  ),
  /** The token let this host in, with this key, and lets in no other. */
  FleetJoinTokenUsed: defineEvent(
    1,
    z.object({ tokenId: joinTokenIdSchema, hostId: hostIdSchema, signingKey: z.string() }),
  ),
  /** The token lets no host in any more. None has joined with it. */
  FleetJoinTokenRevoked: defineEvent(1, z.object({ tokenId: joinTokenIdSchema })),
}

export type FleetEvent = EventOf<typeof fleetEvents>
