import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { type GuestCommand, guestCommandSchema, laneOf } from '../../domain/guest/command.ts'
import { type AgentReport, agentReportSchema } from '../../domain/guest/report.ts'
import { type CommandId, type InstanceId, type NodeId, parseInstanceId, parseNodeId } from '../../domain/ids.ts'
import { type CommandAddress, commandAddressSchema } from '../refuse-command.ts'

/** What was known of a command when it came. `stale`: fenced off, by an epoch or by an `node-absent`. */
export type Acceptance =
  | { readonly kind: 'new' }
  | { readonly kind: 'repeat'; readonly done: boolean }
  | { readonly kind: 'stale'; readonly newestEpoch: number }

/** `traceparent`: the trace that the report belongs to, as it stands in the body. */
export type OutgoingReport = {
  readonly sequence: number
  readonly key: string
  readonly body: string
  readonly traceparent: string | undefined
}

/** `attempt`: 1, and one more for every start of the agent that found the command unfinished. */
const takenCommandSchema = guestCommandSchema.extend({ attempt: z.int().positive().default(1) })
export type TakenCommand = z.infer<typeof takenCommandSchema>

/** `epoch`: the newest of the exclusive lane that was seen of the node. */
export type Fenced = { readonly nodeId: NodeId; readonly instanceId: InstanceId; readonly epoch: number }

export type Journal = ReturnType<typeof createJournal>

/**
 * What the agent was asked and what it answered, durably. A command is `accepted` before its message is done, stays pending
 * until its result is written, and a result stays unpublished until the bus has it: at every moment in between the agent may be
 * killed, and goes on from there. Every method is one transaction.
 *
 * `cleanse`: what is left of a report that may leave the host.
 */
export const createJournal = (
  database: DatabaseSync,
  cleanse: (report: AgentReport) => AgentReport = (report) => report,
) => {
  const commands = {
    find: database.prepare('SELECT done FROM commands WHERE command_id = ?'),
    insert: database.prepare('INSERT INTO commands (command_id, node_id, body, accepted_at) VALUES (?, ?, ?, ?)'),
    finish: database.prepare('UPDATE commands SET done = 1 WHERE command_id = ?'),
    pending: database.prepare('SELECT body FROM commands WHERE done = 0 ORDER BY sequence'),
    oldestPending: database.prepare(
      `SELECT node_id AS nodeId, min(json_extract(body, '$.epoch')) AS epoch FROM commands
       WHERE done = 0 AND coalesce(json_extract(body, '$.lane'), 'exclusive') = 'exclusive' GROUP BY node_id`,
    ),
    tryAgain: database.prepare(
      "UPDATE commands SET body = json_set(body, '$.attempt', coalesce(json_extract(body, '$.attempt'), 1) + 1) WHERE done = 0",
    ),
    prune: database.prepare(
      'DELETE FROM commands WHERE done = 1 AND accepted_at < ? AND command_id NOT IN (SELECT command_id FROM reports WHERE published = 0 AND command_id IS NOT NULL)',
    ),
  }
  const reports = {
    insert: database.prepare('INSERT OR IGNORE INTO reports (report_id, command_id, key, body) VALUES (?, ?, ?, ?)'),
    unpublished: database.prepare(
      "SELECT sequence, key, body, json_extract(body, '$.traceparent') AS traceparent FROM reports WHERE published = 0 ORDER BY sequence LIMIT ?",
    ),
    published: database.prepare('UPDATE reports SET published = 1 WHERE sequence = ?'),
    again: database.prepare('UPDATE reports SET published = 0 WHERE command_id = ?'),
    ofCommand: database.prepare('SELECT body FROM reports WHERE command_id = ?'),
    prune: database.prepare(
      'DELETE FROM reports WHERE published = 1 AND (command_id IS NULL OR command_id NOT IN (SELECT command_id FROM commands))',
    ),
  }
  const fences = {
    find: database.prepare('SELECT epoch, absent_epoch AS absentEpoch FROM fences WHERE node_id = ?'),
    raise: database.prepare(
      `INSERT INTO fences (node_id, instance_id, epoch, absent_epoch, raised_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (node_id) DO UPDATE SET epoch = max(epoch, excluded.epoch),
         absent_epoch = max(absent_epoch, excluded.absent_epoch), raised_at = excluded.raised_at`,
    ),
    raiseByOne: database.prepare('UPDATE fences SET epoch = epoch + 1 WHERE node_id = ?'),
    ofAbsent: database.prepare(
      `SELECT node_id AS nodeId, instance_id AS instanceId, epoch FROM fences
       WHERE raised_at >= ? AND node_id NOT IN (SELECT node_id FROM nodes)`,
    ),
  }
  const sharedFences = {
    find: database.prepare('SELECT epoch FROM shared_fences WHERE node_id = ? AND operation_id = ?'),
    raise: database.prepare(
      `INSERT INTO shared_fences (node_id, operation_id, epoch, raised_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (node_id, operation_id) DO UPDATE SET epoch = excluded.epoch, raised_at = excluded.raised_at`,
    ),
    prune: database.prepare('DELETE FROM shared_fences WHERE raised_at < ?'),
  }
  const effects = {
    insert: database.prepare('INSERT INTO effects (node_id, kind, intent, at) VALUES (?, ?, ?, ?)'),
    list: database.prepare('SELECT kind, intent, at FROM effects WHERE node_id = ? ORDER BY sequence'),
    prune: database.prepare('DELETE FROM effects WHERE at < ?'),
  }

  const transaction = <T>(work: () => T): T => {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk ends the transaction by itself; rolling back once more would throw, and hide why.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  /** What is written need not have reached the disk when this returns: it does with the next that has to. */
  const withoutWaiting = <T>(work: () => T): T => {
    database.exec('PRAGMA synchronous = NORMAL')
    try {
      return work()
    } finally {
      database.exec('PRAGMA synchronous = FULL')
    }
  }

  const finish = (key: string, report: AgentReport, commandId: CommandId): void => {
    addReport(key, report, commandId)
    commands.finish.run(commandId)
  }

  const readPending = () =>
    commands.pending.all().map((row) => {
      const json: unknown = JSON.parse(String(row.body))
      return { json, parsed: takenCommandSchema.safeParse(json) }
    })

  /** Answers the newest epoch that fences the command off; null where none does, and then it is the newest itself. */
  const fence = ({ nodeId, instanceId, epoch, payload }: GuestCommand, at: string): number | null => {
    const known = fences.find.get(nodeId) ?? { epoch: 0, absentEpoch: 0 }
    const absent = payload.kind === 'node-absent'
    const newestEpoch = Number(known.epoch)
    if (epoch < newestEpoch || (!absent && epoch <= Number(known.absentEpoch))) return newestEpoch
    fences.raise.run(nodeId, instanceId, epoch, absent ? epoch : 0, at)
    return null
  }

  const fenceShared = ({ nodeId, operationId, epoch }: GuestCommand, at: string): number | null => {
    const newestEpoch = Number(sharedFences.find.get(nodeId, operationId)?.epoch ?? 0)
    if (epoch < newestEpoch) return newestEpoch
    sharedFences.raise.run(nodeId, operationId, epoch, at)
    return null
  }

  const newestEpoch = (nodeId: NodeId): number => Number(fences.find.get(nodeId)?.epoch ?? 0)

  const addReport = (key: string, report: AgentReport, commandId: CommandId | null): void => {
    reports.insert.run(report.reportId, commandId, key, JSON.stringify(cleanse(report)))
  }

  return {
    /**
     * Takes a command in. A repeat of a finished one has its result published again. A stale one is answered with
     * `refuse(newestEpoch)`, which is journaled as its result. What is asked in the exclusive lane after an `node-absent` needs a newer epoch:
     * a delayed command must not bring back what was removed. Shared work brings nothing back.
     */
    accept: (command: GuestCommand, at: string, refuse: (newestEpoch: number) => AgentReport): Acceptance =>
      transaction(() => {
        const known = commands.find.get(command.commandId)
        if (known) {
          reports.again.run(command.commandId)
          return { kind: 'repeat', done: known.done === 1 }
        }
        commands.insert.run(command.commandId, command.nodeId, JSON.stringify(command), at)
        const newestEpoch = laneOf(command) === 'shared' ? fenceShared(command, at) : fence(command, at)
        if (newestEpoch === null) return { kind: 'new' }
        finish(command.operationId, refuse(newestEpoch), command.commandId)
        return { kind: 'stale', newestEpoch }
      }),

    /** Commands without a result, in the order they came. */
    pending: (): readonly TakenCommand[] => readPending().flatMap(({ parsed }) => (parsed.success ? parsed.data : [])),

    /**
     * The same, each to be tried once more. Those that a newer version of the agent has taken in and this one cannot read end here, with
     * `refuse(address, problem)` as their result, or stay pending if not even the address can be read.
     */
    resume: (refuse: (address: CommandAddress, problem: z.ZodError) => AgentReport): readonly TakenCommand[] =>
      transaction(() => {
        commands.tryAgain.run()
        return readPending().flatMap(({ json, parsed }) => {
          if (parsed.success) return parsed.data
          const { data: address } = commandAddressSchema.safeParse(json)
          if (address) finish(address.operationId, refuse(address, parsed.error), address.commandId)
          return []
        })
      }),

    /** Writes the command's result. From here on a repeat is answered with it. */
    complete: (command: GuestCommand, report: AgentReport): void =>
      transaction(() => finish(command.operationId, report, command.commandId)),

    resultOf: (commandId: CommandId): AgentReport | null => {
      const row = reports.ofCommand.get(commandId)
      return row ? agentReportSchema.parse(JSON.parse(String(row.body))) : null
    },

    /** Writes a report that answers no command, with a change that must not be without it. */
    report: (key: string, report: AgentReport, change: () => void = () => {}): void =>
      transaction(() => {
        addReport(key, report, null)
        change()
      }),

    unpublished: (limit: number): readonly OutgoingReport[] =>
      reports.unpublished.all(limit).map((row) => ({
        sequence: Number(row.sequence),
        key: String(row.key),
        body: String(row.body),
        traceparent: row.traceparent === null ? undefined : String(row.traceparent),
      })),

    /** A power cut may have them published again, as may any crash before. */
    markPublished: (published: readonly OutgoingReport[]): void =>
      withoutWaiting(() =>
        transaction(() => {
          for (const report of published) reports.published.run(report.sequence)
        }),
      ),

    /** Notes that something was really done on the host, such as an engine's process started for generation 2, with the change it made. */
    recordEffect: (nodeId: NodeId, kind: string, intent: string, at: string, change: () => void): void =>
      transaction(() => {
        change()
        effects.insert.run(nodeId, kind, intent, at)
      }),

    /**
     * Tells of a node the newest epoch of the exclusive lane of which nothing is being done any more: what the host has now is what came of it.
     * 0 of one that was never heard of.
     */
    settledEpochs: (): ((nodeId: NodeId) => number) => {
      const oldest = new Map(
        commands.oldestPending.all().map((row) => [String(row.nodeId), Number(row.epoch)] as const),
      )
      return (nodeId) => {
        const pending = oldest.get(nodeId) ?? Number.POSITIVE_INFINITY
        return Math.max(0, Math.min(newestEpoch(nodeId), pending - 1))
      }
    },

    /** The newest epoch of the exclusive lane seen of a node; 0 of one that was never heard of. */
    epochOf: newestEpoch,

    /** The same of every node that is not on this host, where it was raised since this time (ISO 8601). */
    epochsOfAbsent: (since: string): readonly Fenced[] =>
      fences.ofAbsent.all(since).map((row) => ({
        nodeId: parseNodeId(String(row.nodeId)),
        instanceId: parseInstanceId(String(row.instanceId)),
        epoch: Number(row.epoch),
      })),

    /** Commands of the newest epoch are refused from now on: a control plane that sent one knows less than this host. */
    fenceOff: (nodeId: NodeId): void => {
      fences.raiseByOne.run(nodeId)
    },

    effects: (nodeId: NodeId): readonly { kind: string; intent: string; at: string }[] =>
      effects.list
        .all(nodeId)
        .map((row) => ({ kind: String(row.kind), intent: String(row.intent), at: String(row.at) })),

    /**
     * Forgets what was answered and done before this time (ISO 8601). Fences of the exclusive lane stay: they are what protects a deleted node. No
     * command of a shared operation is on its way for so long.
     */
    prune: (before: string): void =>
      transaction(() => {
        commands.prune.run(before)
        reports.prune.run()
        effects.prune.run(before)
        sharedFences.prune.run(before)
      }),
  }
}
