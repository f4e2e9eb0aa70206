import { escapeIdentifier } from 'pg'
import type { EngineInstance, ReadData } from '../../engine.ts'
import { type Query, withAdministration } from '../session.ts'

/**
 * Reads every row of every table, so that the checksum of every page is checked, and every B-tree index with `amcheck` where the installation has that. Throws
 * `ENGINE_BROKEN` for damage.
 */
export const readAll = async (instance: EngineInstance, signal: AbortSignal): Promise<ReadData> => {
  const databases = await withAdministration(instance, 'postgres', signal, (query) =>
    query('SELECT datname AS name FROM pg_database WHERE datallowconn ORDER BY datname'),
  )
  let [tables, rows] = [0, 0]
  for (const { name } of databases) {
    const found = await withAdministration(instance, String(name), signal, readDatabase)
    tables += found.tables
    rows += found.rows
  }
  return { tables, rows }
}

const readDatabase = async (query: Query): Promise<ReadData> => {
  const tables = await query(`
    SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p' AND (c.relkind = 'r' OR c.relispopulated)`)
  let rows = 0
  for (const { schema, name } of tables) {
    const [counted] = await query(
      `SELECT count(*) AS n FROM ONLY ${escapeIdentifier(String(schema))}.${escapeIdentifier(String(name))}`,
    )
    rows += Number(counted?.n)
  }
  await checkIndexes(query)
  return { tables: tables.length, rows }
}

const checkIndexes = async (query: Query): Promise<void> => {
  const [offered] = await query("SELECT 1 AS it FROM pg_available_extensions WHERE name = 'amcheck'")
  if (!offered) return
  await query('CREATE EXTENSION IF NOT EXISTS amcheck SCHEMA pg_catalog')
  await query(`
    SELECT bt_index_check(i.indexrelid, true) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    WHERE a.amname = 'btree' AND c.relpersistence = 'p' AND i.indisready AND i.indisvalid`)
}
