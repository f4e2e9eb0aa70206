import { escapeIdentifier, escapeLiteral } from 'pg'
import type { EngineInstance } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import type { Query } from '../session.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { assertDatabaseName } from './names.ts'
import { ownerRoleOf, ownerRolePrefix, roleOfLevel } from './roles.ts'

/**
 * Makes each database absent, with its owner role and what users were given through it. Sessions in it end. Throws `EngineFault`: `INVALID_NAME`,
 * `RESERVED_NAME`, `DATABASE_REFUSED` (as while a replication slot is in use), `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const dropDatabases = async (
  instance: EngineInstance,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> => {
  for (const name of names) assertDatabaseName(name)
  const refusal: Refusal<string> = { code: 'DATABASE_REFUSED', doing: (name) => `delete database "${name}"` }
  await forEachWish(instance, names, signal, refusal, dropDatabase)
}

const dropDatabase = async (query: Query, name: string): Promise<void> => {
  const database = escapeIdentifier(name)
  const [present] = await query('SELECT datistemplate AS "isTemplate" FROM pg_database WHERE datname = $1', [name])
  // Its users may have made it a template, and the engine drops none.
  if (present?.isTemplate === true) await query(`ALTER DATABASE ${database} IS_TEMPLATE false`)
  if (present !== undefined) await query(`DROP DATABASE ${database} WITH (FORCE)`)
  await dropOwnerRole(query, ownerRoleOf(name))
  // Their rights were all in the database.
  for (const level of ['read', 'write'] as const) {
    await query(`DROP ROLE IF EXISTS ${escapeIdentifier(roleOfLevel(level, name))}`)
  }
}

/** Its members act as another of their roles from now on. A role that owns or has granted things elsewhere stays, as they live by it. */
const dropOwnerRole = async (query: Query, owner: string): Promise<void> => {
  const known = await query('SELECT FROM pg_roles WHERE rolname = $1', [owner])
  if (known.length === 0) return
  const role = escapeIdentifier(owner)
  const members = await query(
    `SELECT member.rolname AS name,
       (SELECT min(other.rolname) FROM pg_auth_members held JOIN pg_roles other ON other.oid = held.roleid
        WHERE held.member = member.oid AND starts_with(other.rolname, $2) AND other.rolname <> $1) AS other,
       EXISTS (SELECT FROM pg_db_role_setting WHERE setrole = member.oid AND setdatabase = 0
         AND 'role=' || $1 = ANY (setconfig)) AS "actsAsIt"
     FROM pg_auth_members JOIN pg_roles owner ON owner.oid = roleid
       JOIN pg_roles member ON member.oid = pg_auth_members.member AND member.rolcanlogin
     WHERE owner.rolname = $1`,
    [owner, ownerRolePrefix],
  )
  const statements = members.flatMap(({ name, other, actsAsIt }) => {
    const user = escapeIdentifier(String(name))
    if (other === null) return [`ALTER ROLE ${user} NOCREATEDB NOCREATEROLE`, `ALTER ROLE ${user} RESET role`]
    return actsAsIt === true ? [`ALTER ROLE ${user} SET role = ${escapeLiteral(String(other))}`] : []
  })
  // One query string is one transaction: it goes with all that hangs on it, or stays with it.
  await query([...statements, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`].join(';\n')).catch((error: unknown) => {
    if (!hasCode(error, '2BP01')) throw error
  })
}
