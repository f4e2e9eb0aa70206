import { z } from 'zod'
import {
  commandIdSchema,
  eventIdSchema,
  hostIdSchema,
  instanceIdSchema,
  operationIdSchema,
  projectIdSchema,
} from './ids.ts'
import { tokenIdSchema } from './token/id.ts'

export const roles = ['admin', 'member', 'reader'] as const
export type Role = (typeof roles)[number]

/** Who caused something: a person or program with a token, an agent on its host, or a part of Coffer itself. */
export const actorSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('user'),
    subject: z.string(),
    projectId: projectIdSchema,
    roles: z.array(z.enum(roles)),
    /** The API token that was used; absent where it was another kind of token. */
    tokenId: tokenIdSchema.optional(),
  }),
  z.object({ kind: z.literal('agent'), hostId: hostIdSchema }),
  z.object({ kind: z.literal('system'), name: z.string() }),
])
export type Actor = z.infer<typeof actorSchema>

/** What an actor goes by: the subject of a user's token, the id of an agent's host, the name of a part of Coffer. */
export const actorName = (actor: Actor): string => {
  switch (actor.kind) {
    case 'user':
      return actor.subject
    case 'agent':
      return actor.hostId
    case 'system':
      return actor.name
  }
}

/** The most powerful of an actor's roles; null for what is not a user. */
export const highestRole = (actor: Actor): Role | null =>
  actor.kind === 'user' ? (roles.find((role) => actor.roles.includes(role)) ?? null) : null

/**
 * The request that a command came in. `id`: as `X-Request-Id` and the program's own log have it. `network`: from where, without what tells one
 * computer from its neighbours. `client`: the program that sent it, such as `coffer/0.3.0`.
 */
export const requestOriginSchema = z.object({
  id: z.string(),
  network: z.string().optional(),
  client: z.string().optional(),
})
export type RequestOrigin = z.infer<typeof requestOriginSchema>

/**
 * What every stored event carries beside its data.
 * `at`: ISO 8601 UTC. `commandId`: the command that led to it. `correlationId`: the operation it belongs to, where there is one.
 * `projectId`, `instanceId`: whose event it is and of which instance, where that can be said; the audit log is cut by them.
 * `causationId`: the message (command, event or guest result) handled when it was made. `traceparent`: W3C trace context.
 * `command`, `request`: the public command that it follows from at once, and the request that brought it. Neither was written before 0.3.
 */
export const metadataSchema = z.object({
  eventId: eventIdSchema,
  at: z.iso.datetime(),
  actor: actorSchema,
  commandId: commandIdSchema,
  correlationId: operationIdSchema.nullable(),
  projectId: projectIdSchema.nullable(),
  instanceId: instanceIdSchema.nullable(),
  causationId: z.uuid(),
  traceparent: z.string().optional(),
  command: z.string().optional(),
  request: requestOriginSchema.optional(),
})
export type EventMetadata = z.infer<typeof metadataSchema>
