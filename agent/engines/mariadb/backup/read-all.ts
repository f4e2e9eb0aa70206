import { EngineFault, type EngineInstance, type ReadData } from '../../engine.ts'
import type { Query } from '../protocol/connection.ts'
import { withAdministration } from '../session.ts'
import { named } from '../sql.ts'

/** Reads every row of every table, and every page and index of it by `CHECK TABLE`. Throws `ENGINE_BROKEN` for damage. */
export const readAll = (instance: EngineInstance, signal: AbortSignal): Promise<ReadData> =>
  withAdministration(instance, signal, async (query) => {
    const tables = await query(`
      SELECT TABLE_SCHEMA AS owner, TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
        AND TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema')`)
    let rows = 0
    for (const { owner, name } of tables)
      rows += await readTable(query, `${named(String(owner))}.${named(String(name))}`)
    return { tables: tables.length, rows }
  })

const readTable = async (query: Query, table: string): Promise<number> => {
  // A line for each thing that it found; an engine that cannot check says so in a note, and is read all the same.
  const found = await query(`CHECK TABLE ${table} EXTENDED`)
  if (found.some(({ Msg_type }) => Msg_type === 'error' || Msg_type === 'Error')) {
    throw new EngineFault('ENGINE_BROKEN', 'A table of the instance is damaged: MariaDB found it by CHECK TABLE')
  }
  const [counted] = await query(`SELECT COUNT(*) AS n FROM ${table}`)
  return Number(counted?.n)
}
