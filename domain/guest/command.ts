import { z } from 'zod'
import { restoreSourceSchema } from '../backup/source.ts'
import {
  backupIdSchema,
  commandIdSchema,
  hostIdSchema,
  instanceIdSchema,
  nodeIdSchema,
  operationIdSchema,
} from '../ids.ts'
import { accessLevelSchema } from '../values/access.ts'
import {
  databaseSpecSchema,
  instanceLabelSchema,
  instanceSpecSchema,
  sealedSchema,
  userSpecSchema,
} from '../values/instance-spec.ts'
import { parameterValuesSchema } from '../values/parameter.ts'

/**
 * What a guest command may state. Each is an outcome to be made true, so a repeat is harmless:
 * - `volume-ready`: the node's volume exists with this size, empty or with its data. `existing`: it was there before,
 *   and is not made. `label`: what the host tells a control plane that does not know the instance.
 * - `volume-grown`: the volume, which exists, has at least this size, and an engine that runs makes use of it. Tells what size it has.
 * - `engine-resized`: the node has the resources of this spec but for its volume: a running engine has them as far as it can without a restart, one
 *   that does not run has them with its next start. Tells whether it runs, and what takes a restart.
 * - `data-restored`: the volume, which is there, has the data of a backup, for an engine of this spec that never ran.
 * - `data-read`: everything in the engine, which runs and serves nobody else, was read and is undamaged. Tells how much there was.
 * - `engine-running`: the engine of this spec runs, accepts connections, and was started no earlier than start generation
 *   `generation` (0 at provisioning; a restart asks for the next one). Makes the data directory from the template when there is none.
 *   `port`: the one to listen on if the agent has forgotten which it was.
 * - `accounts-ready`: the databases and users exist, with these passwords and access. `users` of a database: those that may use it in full beside who may
 *   already, as far as they exist. `absentDatabases`: these do not exist, nor do sessions in them. `absentUsers`: nor do these, nor sessions of theirs. `passwords`:
 *   these users, who exist, log in by these; `keepsFormer`: and by the one before. `access`: what these users, who exist, may do in a database, or in the whole
 *   engine where it is null; level null: nothing. `alone`: no other command brings these passwords. A user who was there before and has another password is
 *   somebody else's, and is left alone; and with that the host destroys the key that they are sealed to.
 * - `accounts-told`: changes nothing. Tells which databases and users the engine has, without the engine's own and Coffer's.
 * - `extension-set`: the database has this extension, or has it not.
 * - `root-set`: the root user exists, may do all that Coffer gives away, and logs in by this password, whose key is destroyed with that; `sealedPassword`
 *   null: it does not exist, nor sessions of it. A user of its name that was made in SQL is left alone.
 * - `endpoint-verified`: a client query over the published endpoint, with TLS, succeeded: as the agent's own monitor account, and as
 *   each of `users` with the password given here. With that the passwords are done with: the host destroys the key that they are sealed to. `sealingKey`:
 *   its number, where there are no users and another secret is sealed to it.
 * - `parameters-tried`: an engine of this spec starts with these parameters, as one that was started for that, apart from the instance, has shown.
 * - `parameters-set`: these parameters, and none besides, are what the engine is started with from now on, and has as far as a running one takes them.
 *   `settled`: nothing is set, and it is told what the engine has of them; refused if it did not start with them.
 * - `engine-stopped`: the engine does not run; its data stays.
 * - `backup-stored`: a copy of all data of the engine, which runs and goes on serving, is whole in the backup store, below the folder of this backup, and nothing
 *   else is there. `sealedKey`: what it is encrypted by. Tells what is in the store.
 * - `backup-absent`: nothing is below that folder, and the key that `sealedKey` is sealed to is destroyed.
 * - `node-absent`: no process, port, file, Unix user, cgroup or mount of the node is left, nor the key of this number that its
 *   passwords were sealed to.
 *   `undo`: it undoes a provisioning, and is refused of a node that has been in use since, as a control plane that was restored from
 *   a backup may not know.
 */
export const guestPayloadSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('volume-ready'),
    sizeGiB: z.int().positive(),
    existing: z.boolean().optional(),
    label: instanceLabelSchema.optional(),
  }),
  z.object({
    kind: z.literal('engine-running'),
    spec: instanceSpecSchema,
    generation: z.int().nonnegative(),
    port: z.int().optional(),
  }),
  z.object({
    kind: z.literal('accounts-ready'),
    databases: z.array(databaseSpecSchema.extend({ users: z.array(z.string()).optional() })),
    users: z.array(userSpecSchema),
    absentDatabases: z.array(z.string()).optional(),
    absentUsers: z.array(z.string()).optional(),
    passwords: z
      .array(z.object({ name: z.string(), sealedPassword: sealedSchema, keepsFormer: z.boolean() }))
      .optional(),
    access: z
      .array(z.object({ user: z.string(), database: z.string().nullable(), level: accessLevelSchema.nullable() }))
      .optional(),
    alone: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('accounts-told') }),
  z.object({ kind: z.literal('extension-set'), database: z.string(), name: z.string(), present: z.boolean() }),
  z.object({ kind: z.literal('root-set'), sealedPassword: sealedSchema.nullable() }),
  z.object({
    kind: z.literal('endpoint-verified'),
    users: z.array(userSpecSchema),
    sealingKey: z.int().positive().optional(),
  }),
  z.object({ kind: z.literal('volume-grown'), sizeGiB: z.int().positive() }),
  z.object({ kind: z.literal('engine-resized'), spec: instanceSpecSchema }),
  z.object({ kind: z.literal('parameters-tried'), spec: instanceSpecSchema, parameters: parameterValuesSchema }),
  z.object({
    kind: z.literal('parameters-set'),
    parameters: parameterValuesSchema,
    settled: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('engine-stopped') }),
  z.object({ kind: z.literal('data-restored'), spec: instanceSpecSchema, source: restoreSourceSchema }),
  z.object({ kind: z.literal('data-read') }),
  z.object({ kind: z.literal('backup-stored'), backupId: backupIdSchema, sealedKey: sealedSchema }),
  z.object({ kind: z.literal('backup-absent'), backupId: backupIdSchema, sealedKey: sealedSchema }),
  z.object({
    kind: z.literal('node-absent'),
    sealingKey: z.int().positive().nullable(),
    undo: z.boolean().optional(),
  }),
])
export type GuestPayload = z.infer<typeof guestPayloadSchema>
export type GuestCommandKind = GuestPayload['kind']

/**
 * What a command competes with on its node. `exclusive`: it changes what runs, one at a time. `shared`: it goes on beside all else, until the
 * node is removed.
 */
export const lanes = ['exclusive', 'shared'] as const
export type Lane = (typeof lanes)[number]

/**
 * `commandId` is derived from operation and step: a re-issue is the same command. `nodeId`: what it is about. `instanceId`: whose node that is;
 * `nodeGeneration`: which one of those that took its place, counted from 1. `epoch` fences within its lane. In the exclusive lane, an agent
 * refuses one older than it has seen for the node; in the shared lane, one older than it has seen of the same operation. `lane`: absent means exclusive,
 * as version 0.1 had no other. After `deadline` (ISO 8601) the agent does not begin it any more. `traceparent`: W3C trace context of what led to it.
 */
export const guestCommandSchema = z.object({
  commandId: commandIdSchema,
  operationId: operationIdSchema,
  instanceId: instanceIdSchema,
  nodeId: nodeIdSchema,
  nodeGeneration: z.int().positive(),
  hostId: hostIdSchema,
  lane: z.enum(lanes).optional(),
  epoch: z.int().positive(),
  deadline: z.iso.datetime(),
  payload: guestPayloadSchema,
  traceparent: z.string().optional(),
})
export type GuestCommand = z.infer<typeof guestCommandSchema>

export const laneOf = ({ lane }: Pick<GuestCommand, 'lane'>): Lane => lane ?? 'exclusive'
