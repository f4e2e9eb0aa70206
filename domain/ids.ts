import { z } from 'zod'

/** Ids are UUIDs (version 7 when made here) and are branded, so one kind cannot be passed for another. */
export const instanceIdSchema = z.uuid().brand<'InstanceId'>()
export const operationIdSchema = z.uuid().brand<'OperationId'>()
/** One agent runs on a host and is addressed by the host's id. */
export const hostIdSchema = z.uuid().brand<'HostId'>()
export const tokenIdSchema = z.uuid().brand<'TokenId'>()
export const commandIdSchema = z.uuid().brand<'CommandId'>()
/** Derived from a project and an idempotency key. */
export const requestIdSchema = z.uuid().brand<'RequestId'>()
/** Derived from where and when a message was parked: a place alone may be given again, in a topic that was made anew. */
export const deadLetterIdSchema = z.uuid().brand<'DeadLetterId'>()
export const eventIdSchema = z.uuid().brand<'EventId'>()
/** A project is named by whoever runs the identity provider: letters, digits, `.`, `_`, `-`, at most 63 characters. */
export const projectIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a project id is 1 to 63 letters, digits, dots, underscores or dashes')
  .brand<'ProjectId'>()
/** A flavor is chosen by name: lower-case letters, digits and dashes, at most 63 characters. */
export const flavorIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a flavor name is 1 to 63 lower-case letters, digits or dashes')
  .brand<'FlavorId'>()

export type InstanceId = z.infer<typeof instanceIdSchema>
export type OperationId = z.infer<typeof operationIdSchema>
export type HostId = z.infer<typeof hostIdSchema>
export type TokenId = z.infer<typeof tokenIdSchema>
export type CommandId = z.infer<typeof commandIdSchema>
export type RequestId = z.infer<typeof requestIdSchema>
export type DeadLetterId = z.infer<typeof deadLetterIdSchema>
export type EventId = z.infer<typeof eventIdSchema>
export type ProjectId = z.infer<typeof projectIdSchema>
export type FlavorId = z.infer<typeof flavorIdSchema>

export const parseInstanceId = (value: unknown): InstanceId => instanceIdSchema.parse(value)
export const parseOperationId = (value: unknown): OperationId => operationIdSchema.parse(value)
export const parseHostId = (value: unknown): HostId => hostIdSchema.parse(value)
export const parseTokenId = (value: unknown): TokenId => tokenIdSchema.parse(value)
export const parseCommandId = (value: unknown): CommandId => commandIdSchema.parse(value)
export const parseRequestId = (value: unknown): RequestId => requestIdSchema.parse(value)
export const parseDeadLetterId = (value: unknown): DeadLetterId => deadLetterIdSchema.parse(value)
export const parseEventId = (value: unknown): EventId => eventIdSchema.parse(value)
export const parseProjectId = (value: unknown): ProjectId => projectIdSchema.parse(value)
export const parseFlavorId = (value: unknown): FlavorId => flavorIdSchema.parse(value)
