/** "Coff" in ASCII: stands in the file's header, so that a file of another program is never touched. */
export const applicationId = 0x436f6666
/** Stands in the file's header as `user_version`. A file with a larger one was written by a newer Coffer. */
export const schemaVersion = 1

/**
 * Tables that files of this schema version may lack, because an earlier Coffer made them. That Coffer can still open the file afterwards: it knows nothing of
 * these, so they need no new version.
 */
export const laterTables = `
CREATE TABLE IF NOT EXISTS keys (
  subject TEXT PRIMARY KEY,
  wrapped TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

/**
 * `events.position` and `messages.position` are AUTOINCREMENT: never given twice, not even after a delete. Only one connection
 * writes at a time, so both also grow in the order of commits and a reader that has seen n never finds a new one below n.
 */
export const schema = `
CREATE TABLE events (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  stream TEXT NOT NULL,
  revision INTEGER NOT NULL,
  category TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  version INTEGER NOT NULL,
  data TEXT NOT NULL,
  metadata TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
CREATE INDEX events_by_category ON events (category, position);

CREATE TABLE checkpoints (
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  version INTEGER NOT NULL,
  holder TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE topics (
  name TEXT PRIMARY KEY,
  partitions INTEGER NOT NULL,
  retention_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE partitions (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL REFERENCES topics (name),
  number INTEGER NOT NULL,
  UNIQUE (topic, number)
) STRICT;
CREATE TABLE messages (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  partition_id INTEGER NOT NULL REFERENCES partitions (id),
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  headers TEXT NOT NULL,
  published_at INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_by_partition ON messages (partition_id, position);

CREATE TABLE group_offsets (
  group_name TEXT NOT NULL,
  partition_id INTEGER NOT NULL REFERENCES partitions (id),
  handled INTEGER NOT NULL,
  PRIMARY KEY (group_name, partition_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE group_sessions (
  id TEXT PRIMARY KEY,
  pid INTEGER NOT NULL,
  pid_space TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE group_members (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES group_sessions (id) ON DELETE CASCADE,
  group_name TEXT NOT NULL,
  topics TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_session ON group_members (session_id);
CREATE INDEX group_members_by_group ON group_members (group_name);
CREATE TABLE group_leases (
  group_name TEXT NOT NULL,
  partition_id INTEGER NOT NULL REFERENCES partitions (id),
  member_id TEXT NOT NULL REFERENCES group_members (id) ON DELETE CASCADE,
  PRIMARY KEY (group_name, partition_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_leases_by_member ON group_leases (member_id);
${laterTables}`
