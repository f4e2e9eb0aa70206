import { escapeIdentifier } from 'pg'
import type { EngineInstance } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import { type Query, withAdministration } from '../session.ts'
import { endSessions } from './end-sessions.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { assertUserName } from './names.ts'

/**
 * Makes each user absent. What it owns itself, as what it made in sessions that act as the user, goes to the owner role of the database it is in. Throws `EngineFault`:
 * `INVALID_NAME`, `RESERVED_NAME`, `USER_REFUSED`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const dropUsers = async (
  instance: EngineInstance,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> => {
  names.forEach(assertUserName)
  const refusal: Refusal<string> = { code: 'USER_REFUSED', doing: (name) => `delete user "${name}"` }
  await forEachWish(instance, names, signal, refusal, (query, name) => dropUser(instance, query, name, signal))
}

export const dropUser = async (
  instance: EngineInstance,
  query: Query,
  name: string,
  signal: AbortSignal,
): Promise<void> => {
  const user = escapeIdentifier(name)
  const known = await query('SELECT FROM pg_roles WHERE rolname = $1', [name])
  if (known.length === 0) return
  await query(`ALTER ROLE ${user} NOLOGIN`)
  await endSessions(query, { user: name })
  const dropped = await query(`DROP ROLE ${user}`).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, '2BP01')) return false
      throw error
    },
  )
  if (dropped) return
  // Objects and rights of its own, in any of the databases.
  const databases = await query('SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate')
  for (const { name: database } of databases) await leave(instance, String(database), name, signal)
  await query(`DROP ROLE ${user}`)
}

/** Nothing in the database belongs to the user or names it any more. */
const leave = (instance: EngineInstance, database: string, name: string, signal: AbortSignal): Promise<void> =>
  withAdministration(instance, database, signal, async (query) => {
    const user = escapeIdentifier(name)
    const [owner] = await query(
      `SELECT rolname AS name FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba
       WHERE datname = current_database() AND NOT rolsuper AND rolname <> $1`,
      [name],
    )
    const heir = escapeIdentifier(String(owner?.name ?? 'postgres'))
    await query(`REASSIGN OWNED BY ${user} TO ${heir};\nDROP OWNED BY ${user}`)
  })
