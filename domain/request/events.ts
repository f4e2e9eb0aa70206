import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { commandIdSchema, instanceIdSchema, operationIdSchema, requestIdSchema, tokenIdSchema } from '../ids.ts'
import { rejectionCodes } from '../rejection.ts'
import { upcastRequestReceivedV1 } from './upcast.ts'

/** Ids made for a command before it is handled for the first time; a repeat uses the same. */
export const requestIdsSchema = z.object({
  commandId: commandIdSchema,
  instanceId: instanceIdSchema,
  operationId: operationIdSchema,
  tokenId: tokenIdSchema,
})
export type RequestIds = z.infer<typeof requestIdsSchema>

export const rejectionSchema = z.object({
  code: z.enum(rejectionCodes),
  message: z.string(),
  field: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
})

export const requestEvents = {
  /**
   * A command came with an idempotency key for the first time, or for the first time after the key's last use had expired. `fingerprint`: keyed
   * hash of the command, so that another input under the same key is told apart without its secrets being kept. The key itself is not
   * stored: the stream's id is derived from it. Until `expiresAt` a repeat is carried out under these ids.
   */
  RequestReceived: defineEvent(
    2,
    z.object({
      requestId: requestIdSchema,
      fingerprint: z.string(),
      ids: requestIdsSchema,
      expiresAt: z.iso.datetime(),
    }),
    { 1: upcastRequestReceivedV1 },
  ),
  /** The command was refused. Written by earlier versions, which remembered that; it means nothing any more. */
  RequestRefused: defineEvent(1, z.object({ requestId: requestIdSchema, rejection: rejectionSchema })),
}

export type RequestEvent = EventOf<typeof requestEvents>
