import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { commandIdSchema } from '../ids.ts'
import { requestIdSchema } from './id.ts'

export const requestEvents = {
  /**
   * A command came with an idempotency key for the first time, or for the first time after the key's last use had expired. `fingerprint`: keyed
   * hash of the command, so that another input under the same key is told apart without its secrets being kept. The key itself is not
   * stored: the stream's id is derived from it. Until `expiresAt` a repeat is carried out under `commandId` and the ids that follow from it.
   */
  RequestReceived: defineEvent(
    1,
    z.object({
      requestId: requestIdSchema,
      fingerprint: z.string(),
      commandId: commandIdSchema,
      expiresAt: z.iso.datetime(),
    }),
  ),
}

export type RequestEvent = EventOf<typeof requestEvents>
