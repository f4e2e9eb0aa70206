import { escapeIdentifier, escapeLiteral } from 'pg'
import { accessLevels } from '../../../../domain/values/access-levels.ts'
import { saslprepFault } from '../../../../domain/values/saslprep.ts'
import { EngineFault, type EngineInstance, type PasswordWish, type UserWish } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import { lockAccounts, type Query, withAdministration } from '../session.ts'
import { accessStatements, assertDatabaseExists, assertUserExists, heldRoles } from './access.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { ensureLevelRole } from './level-roles.ts'
import { assertDatabaseName, assertUserName } from './names.ts'
import { roleOfLevel } from './roles.ts'
import { createScramVerifier, matchesScramVerifier } from './scram.ts'

/**
 * Makes each user exist with this password and with this access to exactly these databases. Where that is all, a session of the user acts as the owner role of
 * the database (`current_user`; `session_user` is still the user): what one makes belongs to all, and each of them may alter, drop and grant it. In
 * any other database, as one that they make themselves, it acts as the owner role of the first.
 *
 * Throws `EngineFault`: `INVALID_NAME`, `RESERVED_NAME`, `PASSWORD_REFUSED`, `USER_EXISTS`, `DATABASE_MISSING`, `USER_REFUSED`,
 * `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const ensureUsers = async (
  instance: EngineInstance,
  wishes: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  for (const wish of wishes) assertUsable(wish)
  const prepared = await Promise.all(
    wishes.map(async (wish) => ({ ...wish, verifier: await createScramVerifier(wish.password) })),
  )
  const refusal: Refusal<PreparedUser> = { code: 'USER_REFUSED', doing: ({ name }) => `create user "${name}"` }
  await forEachWish(instance, prepared, signal, refusal, (query, wish) => ensureUser(instance, query, wish, signal))
}

type PreparedUser = UserWish & { readonly verifier: string }

const assertUsable = ({ name, password, databases }: UserWish): void => {
  assertUserName(name)
  for (const database of databases) assertDatabaseName(database)
  assertUsablePassword(name, password)
}

/** Throws `EngineFault` (`PASSWORD_REFUSED`). */
export const assertUsablePassword = (user: string, password: string): void => {
  if (password !== '' && saslprepFault(password) === null) return
  throw new EngineFault(
    'PASSWORD_REFUSED',
    `The password of user "${user}" is empty or has characters that clients send in different ways; ` +
      'ASCII letters, digits and punctuation are always accepted',
  )
}

const ensureUser = async (
  instance: EngineInstance,
  query: Query,
  wish: PreparedUser,
  signal: AbortSignal,
): Promise<void> => {
  const { name, databases, level = 'all', verifier } = wish
  const { version } = instance.installation
  for (const database of databases) await assertDatabaseExists(query, database, name)
  const [known] = await query('SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = $1', [name])
  if (wish.isNew && known && !(await matchesScramVerifier(wish.password, String(known.verifier))))
    throw new EngineFault('USER_EXISTS', `User "${name}" was made in SQL`)
  for (const database of databases) await ensureLevelRole(instance, query, database, level, signal)
  const held = await heldRoles(query, name)
  const changes = [
    ...(await databasesUsedBy(query, name, held)).flatMap((database) =>
      databases.includes(database) ? [] : [{ database, level: null }],
    ),
    ...databases.map((database) => ({ database, level })),
  ]
  const statements = await accessStatements(query, { user: name, held }, changes, version)
  // One query string is one transaction: nobody sees the user with another's rights or password.
  await query(
    [
      `${known ? 'ALTER' : 'CREATE'} ROLE ${escapeIdentifier(name)} LOGIN PASSWORD ${escapeLiteral(verifier)}`,
      ...statements,
    ].join(';\n'),
  )
}

/** Where it has access, or acts as a role of its own. */
const databasesUsedBy = async (query: Query, user: string, held: readonly string[]): Promise<readonly string[]> => {
  const rows = await query(
    `SELECT datname AS name, EXISTS (SELECT FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole
       WHERE setdatabase = pg_database.oid AND rolname = $1) AS "isSet" FROM pg_database`,
    [user],
  )
  return rows.flatMap(({ name, isSet }) => {
    const database = String(name)
    const hasAccess = accessLevels.some((level) => held.includes(roleOfLevel(level, database)))
    return hasAccess || isSet === true ? [database] : []
  })
}

/**
 * Each user, who exists, logs in by this password from now on. PostgreSQL has one for each. Throws `EngineFault`: `PASSWORD_REFUSED`, `USER_MISSING`,
 * `FEATURE_NOT_AVAILABLE`, `USER_REFUSED`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const setPasswords = async (
  instance: EngineInstance,
  wishes: readonly PasswordWish[],
  signal: AbortSignal,
): Promise<void> => {
  for (const { name, password, keepsFormer } of wishes) {
    assertUsable({ name, password, databases: [] })
    if (keepsFormer) throw new EngineFault('FEATURE_NOT_AVAILABLE', 'A PostgreSQL user has one password')
  }
  const prepared = await Promise.all(
    wishes.map(async ({ name, password }) => ({ name, verifier: await createScramVerifier(password) })),
  )
  if (prepared.length === 0) return
  await withAdministration(instance, 'postgres', signal, async (query) => {
    await lockAccounts(query)
    for (const { name, verifier } of prepared) {
      await assertUserExists(query, name)
      await query(`ALTER ROLE ${escapeIdentifier(name)} PASSWORD ${escapeLiteral(verifier)}`).catch((error) => {
        signal.throwIfAborted()
        throw toEngineFault(error, `change the password of user "${name}"`, 'USER_REFUSED')
      })
    }
  })
}
