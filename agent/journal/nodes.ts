import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { instanceIdSchema, type NodeId, nodeIdSchema } from '../../domain/ids.ts'
import { healthSchema, instanceLabelSchema, instanceSpecSchema } from '../../domain/values/instance-spec.ts'
import { parameterValuesSchema } from '../../domain/values/parameter.ts'
import { volumeStageSchema } from '../../domain/values/volume-use.ts'

/** A process, told apart from a later one with the same pid by when it started (clock ticks since boot). */
export const processIdSchema = z.object({ pid: z.int().positive(), startedAtTicks: z.number() })
export type ProcessId = z.infer<typeof processIdSchema>

/**
 * The parameters that people have set. `wanted`: what the next start is given. `effective`: what the engine has, or had last. `proven`: what the last start
 * that succeeded was given. `refusal`: why it does without what was wished, which is none of these any more.
 */
const configurationRecordSchema = z.object({
  wanted: parameterValuesSchema,
  effective: parameterValuesSchema,
  proven: parameterValuesSchema,
  refusal: z.string().nullable(),
})
export const unconfigured = { wanted: {}, effective: {}, proven: {}, refusal: null }

/**
 * What the agent knows of one node on its host, beside what lies on the disk.
 * - `nodeGeneration`: which it is of those that took one another's place, counted from 1.
 * - `owner`: the Unix account of its engine; `own` when it was made for this node and goes with it.
 * - `generation`: of the engine's process that runs, or ran last; -1 before the first. Written while no process runs, so
 *   a process found later is of this generation, recorded in `process` or not.
 * - `asked`: at least the generation of the next process. Written before the running one is ended for it. So the next start, for whatever
 *   reason, is the one that was asked for and not one more.
 * - `portKept`: clients may know the port, so it is not chosen again.
 * - `durable`: everything copied for it has reached the disk.
 * - `verifiedKey`: the number of the key whose passwords were verified, and which was destroyed then or is to be.
 * - `verifiedAt`: when a client could use the database for the first time.
 * - `label`: whose it is and what it is to be, for a control plane that does not know it.
 * - `addresses`: every one under which clients were told to connect, oldest first: the certificate keeps them all.
 * - `health`, `volumeStage`, `incident`: what was last reported; `until` (ISO 8601) the incident is shown.
 * - `configuration`: the parameters of its engine, as people have set them.
 * - `memoryKills`: how many processes the kernel has ended for want of memory, as far as that was reported.
 */
const nodeRecordSchema = z.object({
  nodeId: nodeIdSchema,
  instanceId: instanceIdSchema,
  nodeGeneration: z.int().positive(),
  volume: z.object({ kind: z.enum(['loop', 'directory']), sizeGiB: z.int().positive() }),
  owner: z.object({ user: z.string(), uid: z.int(), gid: z.int(), own: z.boolean() }).nullable(),
  spec: instanceSpecSchema.nullable(),
  port: z.int().nullable(),
  portKept: z.boolean(),
  desired: z.enum(['running', 'stopped']),
  generation: z.int(),
  asked: z.int(),
  process: processIdSchema.nullable(),
  durable: z.boolean(),
  verifiedKey: z.int().nullable(),
  verifiedAt: z.iso.datetime().nullable(),
  label: instanceLabelSchema.nullable(),
  addresses: z.array(z.string()),
  health: healthSchema,
  volumeStage: volumeStageSchema,
  incident: z.object({ reason: z.string(), until: z.iso.datetime() }).nullable(),
  memoryKills: z.int().nonnegative(),
  configuration: configurationRecordSchema,
})
export type NodeRecord = z.infer<typeof nodeRecordSchema>

export type NodeRecords = ReturnType<typeof createNodeRecords>

export const createNodeRecords = (database: DatabaseSync) => {
  const find = database.prepare('SELECT body FROM nodes WHERE node_id = ?')
  const list = database.prepare('SELECT body FROM nodes ORDER BY node_id')
  const put = database.prepare(
    'INSERT INTO nodes (node_id, body) VALUES (?, ?) ON CONFLICT (node_id) DO UPDATE SET body = excluded.body',
  )
  const remove = database.prepare('DELETE FROM nodes WHERE node_id = ?')
  const parse = (body: unknown): NodeRecord => nodeRecordSchema.parse(JSON.parse(String(body)))

  return {
    get: (nodeId: NodeId): NodeRecord | null => {
      const row = find.get(nodeId)
      return row ? parse(row.body) : null
    },
    all: (): readonly NodeRecord[] => list.all().map((row) => parse(row.body)),
    create: (record: NodeRecord): NodeRecord => {
      put.run(record.nodeId, JSON.stringify(record))
      return record
    },
    /** Changes a record that exists and answers what it is now. What it is already is not written again: that would wait for the disk. */
    update: (
      nodeId: NodeId,
      change: Partial<Omit<NodeRecord, 'nodeId' | 'instanceId' | 'nodeGeneration'>>,
    ): NodeRecord => {
      const row = find.get(nodeId)
      if (!row) throw new Error(`the agent has no record of node ${nodeId}`)
      const record = { ...parse(row.body), ...change }
      const body = JSON.stringify(record)
      if (body !== row.body) put.run(nodeId, body)
      return record
    },
    remove: (nodeId: NodeId): void => {
      remove.run(nodeId)
    },
  }
}
