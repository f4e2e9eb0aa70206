import type { DatabaseSync } from 'node:sqlite'
import type { Lag } from '../../ports/message-bus.ts'
import type { ProcessName } from './process-liveness.ts'

export type Member = { readonly id: string; readonly group: string; readonly topics: readonly string[] }

/**
 * Who consumes what, as rows. A session is one message bus of one process and expires unless renewed; its members and their
 * leases go with it. A lease says which member alone handles a partition for a group.
 */
export type GroupTable = {
  renewSession(id: string, owner: ProcessName, expiresAt: number): void
  sessions(): readonly { readonly id: string; readonly owner: ProcessName; readonly expiresAt: number }[]
  endSession(id: string): void
  join(sessionId: string, member: Member): void
  leave(memberId: string): void
  members(group: string): readonly Member[]
  /** Partition id to member id. */
  leases(group: string): ReadonlyMap<number, string>
  acquire(group: string, partitionId: number, memberId: string): void
  release(group: string, partitionId: number, memberId: string): void
  /** Where the group begins in a partition it has not been in before. */
  beginAt(group: string, partitionId: number, handled: number): void
  /** The position of the last message the group has handled, or of the one before where it began; null where it never was. */
  handled(group: string, partitionId: number): number | null
  /** Moves the group's offset on, if the member still holds the partition: a member that lost it must not undo the next one's work. */
  commit(group: string, partitionId: number, memberId: string, handled: number): void
  lag(group: string): readonly Lag[]
  /** Removes groups without members whose names begin so, and answers their names. */
  removeEmpty(prefix: string): readonly string[]
}

export const createGroupTable = (connection: DatabaseSync): GroupTable => {
  const renewSession = connection.prepare(
    `INSERT INTO group_sessions (id, pid, pid_space, expires_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`,
  )
  const sessions = connection.prepare('SELECT id, pid, pid_space, expires_at FROM group_sessions')
  const endSession = connection.prepare('DELETE FROM group_sessions WHERE id = ?')
  const join = connection.prepare(
    'INSERT OR IGNORE INTO group_members (id, session_id, group_name, topics) VALUES (?, ?, ?, ?)',
  )
  const leave = connection.prepare('DELETE FROM group_members WHERE id = ?')
  const members = connection.prepare('SELECT id, topics FROM group_members WHERE group_name = ? ORDER BY id')
  const leases = connection.prepare('SELECT partition_id, member_id FROM group_leases WHERE group_name = ?')
  const acquire = connection.prepare('INSERT INTO group_leases (group_name, partition_id, member_id) VALUES (?, ?, ?)')
  const release = connection.prepare(
    'DELETE FROM group_leases WHERE group_name = ? AND partition_id = ? AND member_id = ?',
  )
  const beginAt = connection.prepare(
    'INSERT OR IGNORE INTO group_offsets (group_name, partition_id, handled) VALUES (?, ?, ?)',
  )
  const handled = connection.prepare('SELECT handled FROM group_offsets WHERE group_name = ? AND partition_id = ?')
  const commit = connection.prepare(
    `UPDATE group_offsets SET handled = ?1 WHERE group_name = ?2 AND partition_id = ?3 AND handled < ?1 AND EXISTS (
       SELECT 1 FROM group_leases WHERE group_name = ?2 AND partition_id = ?3 AND member_id = ?4)`,
  )
  const lag = connection.prepare(
    `SELECT topic, SUM((SELECT COUNT(*) FROM messages WHERE partition_id = partitions.id AND position > handled)) AS messages
     FROM group_offsets JOIN partitions ON partitions.id = partition_id WHERE group_name = ? GROUP BY topic ORDER BY topic`,
  )
  const removeEmpty = connection.prepare(
    `DELETE FROM group_offsets WHERE substr(group_name, 1, length(?1)) = ?1
       AND NOT EXISTS (SELECT 1 FROM group_members WHERE group_members.group_name = group_offsets.group_name)
     RETURNING group_name`,
  )

  return {
    renewSession: (id, owner, expiresAt) => void renewSession.run(id, owner.pid, owner.pidSpace, expiresAt),
    sessions: () =>
      sessions.all().map((row) => ({
        id: String(row.id),
        owner: { pid: Number(row.pid), pidSpace: String(row.pid_space) },
        expiresAt: Number(row.expires_at),
      })),
    endSession: (id) => void endSession.run(id),
    join: (sessionId, member) => void join.run(member.id, sessionId, member.group, JSON.stringify(member.topics)),
    leave: (memberId) => void leave.run(memberId),
    members: (group) =>
      members.all(group).map((row) => ({ id: String(row.id), group, topics: JSON.parse(String(row.topics)) })),
    leases: (group) =>
      new Map(leases.all(group).map((row) => [Number(row.partition_id), String(row.member_id)] as const)),
    acquire: (group, partitionId, memberId) => void acquire.run(group, partitionId, memberId),
    release: (group, partitionId, memberId) => void release.run(group, partitionId, memberId),
    beginAt: (group, partitionId, position) => void beginAt.run(group, partitionId, position),
    handled: (group, partitionId) => {
      const row = handled.get(group, partitionId)
      return row === undefined ? null : Number(row.handled)
    },
    commit: (group, partitionId, memberId, position) => void commit.run(position, group, partitionId, memberId),
    lag: (group) => lag.all(group).map((row) => ({ topic: String(row.topic), group, messages: Number(row.messages) })),
    removeEmpty: (prefix) => [...new Set(removeEmpty.all(prefix).map((row) => String(row.group_name)))],
  }
}
