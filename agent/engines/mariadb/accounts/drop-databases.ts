import type { EngineInstance } from '../../engine.ts'
import type { Query } from '../protocol/connection.ts'
import { endSessions } from '../room/end-sessions.ts'
import { grantedOn, named, quoted } from '../sql.ts'
import { revokeOn } from './access.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { assertDatabaseName } from './names.ts'

/**
 * Deletes each database that exists, with the rights of users on it, and ends the sessions that are in it. A session that is elsewhere and uses a table of it is
 * waited for a while; then it is refused. Throws `EngineFault`: `INVALID_NAME`, `RESERVED_NAME`, `DATABASE_REFUSED`, `DISK_FULL`,
 * `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const dropDatabases = async (
  instance: EngineInstance,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> => {
  names.forEach(assertDatabaseName)
  const refusal: Refusal<string> = { code: 'DATABASE_REFUSED', doing: (name) => `delete database "${name}"` }
  await forEachWish(instance, names, signal, refusal, dropDatabase)
}

const lockTimeoutSeconds = 10

const dropDatabase = async (query: Query, name: string): Promise<void> => {
  const on = grantedOn(name)
  const pattern = on.slice(1, -'`.*'.length)
  const granted = await query(`SELECT User AS user, Host AS host FROM mysql.db WHERE Db = ${quoted(pattern)}`)
  // First, so that nobody comes back into it.
  for (const { user, host } of granted) await revokeOn(query, { user: user ?? '', host: host ?? '' }, on)
  await endSessions(query, { in: name })
  await query(`SET SESSION lock_wait_timeout = ${lockTimeoutSeconds}`)
  await query(`DROP DATABASE IF EXISTS ${named(name)}`)
}
