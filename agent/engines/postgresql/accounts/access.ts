import { escapeIdentifier, escapeLiteral } from 'pg'
import { type AccessLevel, accessLevels } from '../../../../domain/values/access-levels.ts'
import { type AccessWish, EngineFault, type EngineInstance } from '../../engine.ts'
import type { Query } from '../session.ts'
import { endSessions } from './end-sessions.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { ensureLevelRole } from './level-roles.ts'
import { assertDatabaseName, assertUserName } from './names.ts'
import { userAttributes } from './rights.ts'
import { accessRolePrefixes, ownerRolePrefix, roleOfLevel } from './roles.ts'

/**
 * What each user may do in a database. Sessions in it that could do more end. Throws `EngineFault`: `INVALID_NAME`, `RESERVED_NAME`, `USER_MISSING`,
 * `DATABASE_MISSING`, `FEATURE_NOT_AVAILABLE`, `USER_REFUSED`, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const setAccess = (
  instance: EngineInstance,
  wishes: readonly AccessWish[],
  signal: AbortSignal,
): Promise<void> => {
  const named = wishes.map(namedWish)
  const refusal: Refusal<NamedWish> = {
    code: 'USER_REFUSED',
    doing: ({ user, database }) => `change what user "${user}" may do in database "${database}"`,
  }
  return forEachWish(instance, named, signal, refusal, (query, wish) => changeAccess(instance, query, wish, signal))
}

type NamedWish = { readonly user: string; readonly database: string; readonly level: AccessLevel | null }

const namedWish = ({ user, database, level }: AccessWish): NamedWish => {
  if (database === null) throw new EngineFault('FEATURE_NOT_AVAILABLE', 'PostgreSQL gives access to databases by name')
  assertUserName(user)
  assertDatabaseName(database)
  return { user, database, level }
}

const changeAccess = async (
  instance: EngineInstance,
  query: Query,
  { user, database, level }: NamedWish,
  signal: AbortSignal,
): Promise<void> => {
  await assertUserExists(query, user)
  if (level !== null) {
    await assertDatabaseExists(query, database, user)
    await ensureLevelRole(instance, query, database, level, signal)
  }
  const held = await heldRoles(query, user)
  const statements = await accessStatements(query, { user, held }, [{ database, level }], instance.installation.version)
  // One query string is one transaction.
  await query(statements.join(';\n'))
  if (level !== 'all') await endSessions(query, { user, database })
}

export const assertUserExists = async (query: Query, user: string): Promise<void> => {
  const found = await query('SELECT FROM pg_roles WHERE rolname = $1 AND rolcanlogin', [user])
  if (found.length === 0) throw new EngineFault('USER_MISSING', `PostgreSQL has no user "${user}" any more`)
}

export const assertDatabaseExists = async (query: Query, database: string, user: string): Promise<void> => {
  const found = await query('SELECT FROM pg_database WHERE datname = $1', [database])
  if (found.length > 0) return
  throw new EngineFault('DATABASE_MISSING', `User "${user}" is to use database "${database}", which does not exist`)
}

/** The roles of a user that stand for access to databases. */
export const heldRoles = async (query: Query, user: string): Promise<readonly string[]> => {
  const rows = await query(
    `SELECT granted.rolname AS role FROM pg_auth_members
       JOIN pg_roles granted ON granted.oid = roleid JOIN pg_roles member ON member.oid = pg_auth_members.member
     WHERE member.rolname = $1 AND granted.rolname ~ $2`,
    [user, `^(${accessRolePrefixes.join('|')})[_~]`],
  )
  return rows.map(({ role }) => String(role))
}

type Holder = { readonly user: string; readonly held: readonly string[] }

/**
 * What gives a user this access to these databases, in place of what it has in them. Whoever may use one in full acts as its owner role there, and in databases that
 * have no setting of their own as that of the first; all others act as themselves.
 */
export const accessStatements = async (
  query: Query,
  { user, held }: Holder,
  changes: readonly { readonly database: string; readonly level: AccessLevel | null }[],
  version: string,
): Promise<readonly string[]> => {
  const name = escapeIdentifier(user)
  const wanted = changes.flatMap(({ database, level }) => (level === null ? [] : [roleOfLevel(level, database)]))
  const others = changes.flatMap(({ database }) => accessLevels.map((level) => roleOfLevel(level, database)))
  const surplus = held.filter((role) => others.includes(role) && !wanted.includes(role))
  const owners = [...new Set([...held.filter((role) => !surplus.includes(role)), ...wanted])].filter((role) =>
    role.startsWith(ownerRolePrefix),
  )
  const [acting] = await query(
    `SELECT substr(setting, 6) AS role FROM pg_db_role_setting, unnest(setconfig) setting, pg_roles
     WHERE setdatabase = 0 AND setrole = pg_roles.oid AND rolname = $1 AND starts_with(setting, 'role=')`,
    [user],
  )
  const [first] = owners
  const actsWell = acting !== undefined && owners.includes(String(acting.role))
  return [
    ...surplus.map((role) => `REVOKE ${escapeIdentifier(role)} FROM ${name}`),
    ...wanted.map((role) => `GRANT ${escapeIdentifier(role)} TO ${name}`),
    ...changes.map(({ database, level }) => {
      const inDatabase = `ALTER ROLE ${name} IN DATABASE ${escapeIdentifier(database)}`
      if (level === null) return `${inDatabase} RESET role`
      return `${inDatabase} SET role = ${escapeLiteral(level === 'all' ? roleOfLevel('all', database) : 'none')}`
    }),
    ...(first === undefined
      ? [`ALTER ROLE ${name} NOCREATEDB NOCREATEROLE NOREPLICATION`, `ALTER ROLE ${name} RESET role`]
      : [
          `ALTER ROLE ${name} ${userAttributes(version)}`,
          ...(actsWell ? [] : [`ALTER ROLE ${name} SET role = ${escapeLiteral(first)}`]),
        ]),
  ]
}
