import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { projectIdSchema, tokenIdSchema } from '../ids.ts'
import { roles } from '../metadata.ts'

export const tokenEvents = {
  /** `secretHash`: SHA-256 of a 256-bit random secret, base64url; the secret itself is shown once and kept nowhere. */
  TokenIssued: defineEvent(
    1,
    z.object({
      tokenId: tokenIdSchema,
      projectId: projectIdSchema,
      name: z.string(),
      role: z.enum(roles),
      secretHash: z.string(),
      expiresAt: z.iso.datetime().nullable(),
    }),
  ),
  TokenRevoked: defineEvent(1, z.object({ tokenId: tokenIdSchema })),
}

export type TokenEvent = EventOf<typeof tokenEvents>
