import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { projectIdSchema } from '../ids.ts'
import { roles } from '../metadata.ts'
import { tokenIdSchema } from './id.ts'

export const tokenEvents = {
  /**
   * `ancestors`: the token that this one was asked for with, and those that one came from, the first of them first. It ends with any of them.
   * `secretHash`: SHA-256 of a 256-bit random secret, base64url; the secret itself is shown once and kept nowhere.
   */
  TokenIssued: defineEvent(
    1,
    z.object({
      tokenId: tokenIdSchema,
      projectId: projectIdSchema,
      name: z.string(),
      role: z.enum(roles),
      ancestors: z.array(tokenIdSchema),
      secretHash: z.string(),
      expiresAt: z.iso.datetime().nullable(),
    }),
  ),
  TokenRevoked: defineEvent(1, z.object({ tokenId: tokenIdSchema })),
}

export type TokenEvent = EventOf<typeof tokenEvents>
