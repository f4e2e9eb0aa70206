import { escapeIdentifier } from 'pg'
import type { EngineInstance } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import { type Query, withAdministration } from '../session.ts'
import { endSessions } from './end-sessions.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { assertUserName } from './names.ts'
import { ensureOwnerRole } from './owner-roles.ts'
import { ownerRoleOf, ownerRolePrefix } from './roles.ts'

/**
 * Makes each user absent. What it owns itself, as what it made in sessions that act as the user, goes to the owner role of the database it is in, and so do databases. Throws `EngineFault`:
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
  await leaveDatabases(query, name, instance.installation.version)
  // Objects and rights of its own, in any of the databases.
  const databases = await query(
    `SELECT DISTINCT datname AS name, datallowconn AS open FROM pg_shdepend JOIN pg_database ON pg_database.oid = dbid
     WHERE refclassid = 'pg_authid'::regclass AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1)`,
    [name],
  )
  for (const { name: found, open } of databases) {
    const database = escapeIdentifier(String(found))
    if (open !== true) await query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`)
    await leaveObjects(instance, String(found), name, signal)
    if (open !== true) await query(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`)
  }
  // What it was given of databases, and gave of roles, is of none of them.
  await query(`DROP OWNED BY ${user};\nDROP ROLE ${user}`)
}

/**
 * A database of its own goes to the owner role of that database, or to the one that the user acted as elsewhere. For one that nobody else knows of, an owner role is made, through
 * which others can be given it.
 */
const leaveDatabases = async (query: Query, name: string, version: string): Promise<void> => {
  const owned = await query(
    'SELECT datname AS name FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE rolname = $1',
    [name],
  )
  for (const { name: found } of owned) {
    const database = String(found)
    const own = ownerRoleOf(database)
    const [heir] = await query(
      `SELECT rolname AS name FROM pg_roles
       WHERE rolname = $2 OR EXISTS (SELECT FROM pg_auth_members JOIN pg_roles member ON member.oid = pg_auth_members.member
         WHERE roleid = pg_roles.oid AND member.rolname = $1 AND starts_with(pg_roles.rolname, $3))
       ORDER BY rolname <> $2, pg_roles.oid`,
      [name, own, ownerRolePrefix],
    )
    const role = String(heir?.name ?? own)
    if (role === own) await ensureOwnerRole(query, database, version)
    await query(`ALTER DATABASE ${escapeIdentifier(database)} OWNER TO ${escapeIdentifier(role)}`)
  }
}

/** Nothing in the database belongs to the user or names it any more. */
const leaveObjects = (instance: EngineInstance, database: string, name: string, signal: AbortSignal): Promise<void> =>
  withAdministration(instance, database, signal, async (query) => {
    const user = escapeIdentifier(name)
    const [owner] = await query(
      `SELECT rolname AS name FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba
       WHERE datname = current_database() AND NOT rolsuper`,
    )
    const heir = escapeIdentifier(String(owner?.name ?? 'postgres'))
    await query(`REASSIGN OWNED BY ${user} TO ${heir};\nDROP OWNED BY ${user}`)
  })
