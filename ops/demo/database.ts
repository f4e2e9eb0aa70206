import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { formatTable } from '../cli/table.ts'
import type { Stage } from './stage.ts'

type Row = Readonly<Record<string, string | number>>

type Ask = (sql: string) => Promise<readonly Row[]>

const withSession = async <T>(uri: string, work: (ask: Ask) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: uri, connectionTimeoutMillis: 5000 })
  // A connection that is cut is told by the query or the next connect.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(async (sql) => (await client.query<Row>(sql)).rows)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Runs one statement over a connection of its own, and shows it with what it answered. */
export const query = async (stage: Stage, uri: string, sql: string): Promise<readonly Row[]> => {
  stage.signal.throwIfAborted()
  stage.show(`app=> ${sql}`)
  const rows = await withSession(uri, (ask) => ask(sql))
  const [first] = rows
  if (first)
    stage.show(
      formatTable(
        rows,
        Object.keys(first).map((name) => [name, (row: Row) => row[name]] as const),
      ),
    )
  return rows
}

const comebackTimeoutMs = 60_000

/** Kills the main process of the engine behind a URI, and answers after how many milliseconds it takes queries again. */
export const killEngineOf = async (stage: Stage, uri: string): Promise<number> => {
  const engine = await findEngine(uri)
  stage.expect(engine > 1, 'the engine runs on this machine')
  stage.show(`kill -9 ${engine}`)
  process.kill(engine, 'SIGKILL')
  const killedAt = performance.now()
  const bound = AbortSignal.any([stage.signal, AbortSignal.timeout(comebackTimeoutMs)])
  for (;;) {
    bound.throwIfAborted()
    try {
      await withSession(uri, (ask) => ask('SELECT 1'))
      return Math.round(performance.now() - killedAt)
    } catch {
      await delay(50)
    }
  }
}

/** The parent of the process that serves a session; that process is gone as soon as the session is. */
const findEngine = (uri: string): Promise<number> =>
  withSession(uri, async (ask) => {
    const [row] = await ask('SELECT pg_backend_pid() AS pid')
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${row?.pid}/status`, 'utf8'))?.[1])
  })
