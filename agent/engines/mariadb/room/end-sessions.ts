import type { EngineInstance } from '../../engine.ts'
import { monitorUser } from '../accounts/own-users.ts'
import { type Query, ServerError } from '../protocol/connection.ts'
import { withAdministration } from '../session.ts'
import { quoted } from '../sql.ts'

const noSuchThread = 1094

/** The agent alone comes over the socket, which is `localhost`. The root user may have the name of its account. */
const ofClients = `SELECT id FROM information_schema.processlist
  WHERE id <> CONNECTION_ID() AND user NOT IN ('system user', 'event_scheduler', ${quoted(monitorUser)})
    AND host <> 'localhost'`

const writing = `SELECT trx_mysql_thread_id AS id FROM information_schema.innodb_trx
  WHERE trx_rows_modified > 0 AND trx_mysql_thread_id NOT IN (0, CONNECTION_ID())`

/** Which sessions of clients: all, those whose transaction has written, or those in a database, of a user, or both. */
export type Sessions = 'all' | 'writing' | { readonly in?: string; readonly of?: string }

const listing = (which: Sessions): string => {
  if (which === 'writing') return writing
  if (which === 'all') return ofClients
  const within = which.in === undefined ? '' : ` AND db = ${quoted(which.in)}`
  return `${ofClients}${within}${which.of === undefined ? '' : ` AND user = ${quoted(which.of)}`}`
}

/** Ends them. What they had not committed is undone. */
export const endSessions = async (query: Query, which: Sessions): Promise<void> => {
  for (const { id } of await query(listing(which))) {
    await query(`KILL CONNECTION ${Number(id)}`).catch((error: unknown) => {
      if (!(error instanceof ServerError && error.number === noSuchThread)) throw error
    })
  }
}

/** Throws `EngineFault` (`ENGINE_UNREACHABLE`, `ENGINE_REFUSED`). */
export const endWrites = (instance: EngineInstance, signal: AbortSignal): Promise<void> =>
  withAdministration(instance, signal, (query) => endSessions(query, 'writing'))
