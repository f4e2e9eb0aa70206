import { z } from 'zod'
import { restoreSourceSchema } from '../backup/source.ts'
import { hostIdSchema, instanceIdSchema, nodeIdSchema, projectIdSchema } from '../ids.ts'
import { databaseSpecSchema, instanceSpecSchema, userSpecSchema } from '../values/instance-spec.ts'

/** What was asked for beside the kind of the operation: its definition says what is in it. */
const wishSchema = z.record(z.string(), z.unknown())

/** Everything a process needs to know of its instance, fixed when the operation starts. */
export const operationSubjectSchema = z.object({
  instanceId: instanceIdSchema,
  projectId: projectIdSchema,
  /** The node that it is about, and how many there have been in its place, itself included. */
  nodeId: nodeIdSchema,
  nodeGeneration: z.int().positive(),
  hostId: hostIdSchema,
  sealingKey: z.int().positive().nullable(),
  name: z.string().optional(),
  /** What the instance is to be. */
  spec: instanceSpecSchema,
  /** What it was before, which undoing brings back. Absent where the operation leaves it as it is. */
  formerSpec: instanceSpecSchema.optional(),
  /** How often the engine was asked to start anew before this operation. */
  generation: z.int().nonnegative(),
  epoch: z.int().positive(),
  /** The host does not know of the instance: its data is to be found there, and nothing is made in its place. */
  missing: z.boolean().optional(),
  /** The port that clients of a missing instance know. */
  port: z.int().nullable().optional(),
  /** Absent where the kind says it all. The accounts of a new instance are told apart, below. */
  wish: wishSchema.optional(),
  /** The backup that a new instance is made of; absent where it begins empty. */
  source: restoreSourceSchema.optional(),
  databases: z.array(databaseSpecSchema),
  users: z.array(userSpecSchema),
})
export type OperationSubject = z.infer<typeof operationSubjectSchema>
