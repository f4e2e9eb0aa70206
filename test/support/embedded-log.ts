import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nodeOfInstance } from './host-traces.ts'

/**
 * Reads an SQLite file of a server from the side, running or killed: from a copy, as the agent keeps its own to itself and nothing here
 * may change what the next server finds.
 */
const readCopy = <T>(file: string, read: (database: DatabaseSync) => T): T => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-copy-'))
  try {
    for (const suffix of ['', '-wal']) {
      if (existsSync(file + suffix)) copyFileSync(file + suffix, join(directory, basename(file) + suffix))
    }
    const database = new DatabaseSync(join(directory, basename(file)))
    try {
      return read(database)
    } finally {
      database.close()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export type LoggedEvent = {
  readonly position: number
  readonly stream: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The log of a server's data directory, in order. */
export const readLog = (dataDir: string): readonly LoggedEvent[] =>
  readCopy(join(dataDir, 'coffer.db'), (database) =>
    database
      .prepare('SELECT position, stream, type, data FROM events ORDER BY position')
      .all()
      .map((row) => ({
        position: Number(row.position),
        stream: String(row.stream),
        type: String(row.type),
        data: JSON.parse(String(row.data)),
      })),
  )

export type Effect = { readonly nodeId: string; readonly kind: string; readonly intent: string }

/** What the agent has noted of things it really did, such as `engine-started` for the intent `generation 2`, in order. */
export const readAllEffects = (dataDir: string): readonly Effect[] =>
  readCopy(join(dataDir, 'agent', 'agent.db'), (database) =>
    database
      .prepare('SELECT node_id, kind, intent FROM effects ORDER BY sequence')
      .all()
      .map((row) => ({ nodeId: String(row.node_id), kind: String(row.kind), intent: String(row.intent) })),
  )

/** The same of one instance: the kinds alone. */
export const readEffects = (dataDir: string, instanceId: string): readonly string[] =>
  readAllEffects(dataDir)
    .filter((effect) => effect.nodeId === nodeOfInstance(instanceId))
    .map(({ kind }) => kind)
