import { z } from 'zod'
import { parserOf } from './fitted.ts'

/*
 * The ids of what instances consist of, and of what every event names. Those of other nouns are in their folders, in `id.ts`. Ids are UUIDs (version 7
 * when made here) and are branded, so one kind cannot be passed for another.
 */

export const instanceIdSchema = z.uuid().brand<'InstanceId'>()
export const operationIdSchema = z.uuid().brand<'OperationId'>()
/** One placement of an instance on a host: where the instance moves to another host, its node there is another one. */
export const nodeIdSchema = z.uuid().brand<'NodeId'>()
/** One agent runs on a host and is addressed by the host's id. */
export const hostIdSchema = z.uuid().brand<'HostId'>()
export const backupIdSchema = z.uuid().brand<'BackupId'>()
export const configurationIdSchema = z.uuid().brand<'ConfigurationId'>()
export const commandIdSchema = z.uuid().brand<'CommandId'>()
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
export type NodeId = z.infer<typeof nodeIdSchema>
export type OperationId = z.infer<typeof operationIdSchema>
export type HostId = z.infer<typeof hostIdSchema>
export type BackupId = z.infer<typeof backupIdSchema>
export type ConfigurationId = z.infer<typeof configurationIdSchema>
export type CommandId = z.infer<typeof commandIdSchema>
export type EventId = z.infer<typeof eventIdSchema>
export type ProjectId = z.infer<typeof projectIdSchema>
export type FlavorId = z.infer<typeof flavorIdSchema>

export const parseInstanceId = parserOf(instanceIdSchema)
export const parseNodeId = parserOf(nodeIdSchema)
export const parseOperationId = parserOf(operationIdSchema)
export const parseHostId = parserOf(hostIdSchema)
export const parseBackupId = parserOf(backupIdSchema)
export const parseConfigurationId = parserOf(configurationIdSchema)
export const parseCommandId = parserOf(commandIdSchema)
export const parseEventId = parserOf(eventIdSchema)
export const parseProjectId = parserOf(projectIdSchema)
export const parseFlavorId = parserOf(flavorIdSchema)
