import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Written into the file's header, so that a file of somebody else is not taken for ours: "CofA". */
const applicationId = 0x436f6641
const schemaVersion = 1

const schema = `
  CREATE TABLE commands (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
    command_id  TEXT NOT NULL UNIQUE,
    node_id     TEXT NOT NULL,
    body        TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    done        INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX pending_commands ON commands (sequence) WHERE done = 0;
  CREATE TABLE reports (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id  TEXT NOT NULL UNIQUE,
    command_id TEXT UNIQUE,
    key        TEXT NOT NULL,
    body       TEXT NOT NULL,
    published  INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX unpublished_reports ON reports (sequence) WHERE published = 0;
  CREATE TABLE fences (
    node_id      TEXT PRIMARY KEY,
    instance_id  TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    absent_epoch INTEGER NOT NULL,
    raised_at    TEXT NOT NULL
  ) STRICT;
  CREATE TABLE shared_fences (
    node_id      TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    epoch        INTEGER NOT NULL,
    raised_at    TEXT NOT NULL,
    PRIMARY KEY (node_id, operation_id)
  ) STRICT;
  CREATE TABLE nodes (node_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE effects (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
    node_id     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    intent      TEXT NOT NULL,
    at          TEXT NOT NULL
  ) STRICT;
  CREATE INDEX effects_of_node ON effects (node_id, kind);
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`

/** The agent's database cannot be used. The message says why and what to do. */
export class AgentDatabaseRefused extends Error {
  override readonly name = 'AgentDatabaseRefused'
  readonly code = 'AGENT_DATABASE_REFUSED'
}

/**
 * Opens the agent's SQLite file, made if missing (mode 0600), for this process alone: the lock goes with the process, so a
 * second agent on the same directory is refused and a killed one leaves nothing in the way. Throws `AgentDatabaseRefused`.
 */
export const openAgentDatabase = (file: string): DatabaseSync => {
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 1000')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec('BEGIN IMMEDIATE')
    prepareSchema(database, file)
    database.exec('COMMIT')
    return database
  } catch (error) {
    database.close()
    throw refusal(file, error)
  }
}

/** One that is gone with the process: of a simulated host. */
export const openAgentDatabaseInMemory = (): DatabaseSync => {
  const file = ':memory:'
  const database = new DatabaseSync(file)
  prepareSchema(database, file)
  return database
}

const prepareSchema = (database: DatabaseSync, file: string): void => {
  const found = Number(database.prepare('PRAGMA application_id').get()?.application_id)
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (found === applicationId && version === schemaVersion) return
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n)
  if (tables > 0) {
    throw new AgentDatabaseRefused(
      found === applicationId
        ? `${file} was written by another version of the agent (schema ${version}, this one reads ${schemaVersion}): start that version`
        : `${file} is not an agent's database: give the agent another directory, or move the file away`,
    )
  }
  database.exec(schema)
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`)
}

/** SQLite's own result codes: 5 busy, 11 corrupt, 26 not a database. */
const refusal = (file: string, error: unknown): Error => {
  if (error instanceof AgentDatabaseRefused) return error
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  const why =
    code === 5
      ? `another agent runs on it: stop that one, or give this one another directory`
      : code === 11 || code === 26
        ? `it is damaged or not a database: restore it from a copy, or move it away (the instances of this host are then unknown to the agent)`
        : String(error)
  return new AgentDatabaseRefused(`the agent's database ${file} cannot be opened: ${why}`, { cause: error })
}
