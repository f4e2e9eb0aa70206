import { escapeIdentifier, escapeLiteral } from 'pg'
import { EngineFault, type EngineInstance, type UserWish } from '../engine.ts'
import { toEngineFault } from './faults.ts'
import { assertDatabaseName, assertUserName } from './names.ts'
import { ownerRoleOf, ownerRolePrefix } from './roles.ts'
import { createScramVerifier, isPortablePassword } from './scram.ts'
import { lockAccounts, type Query, withAdministration } from './session.ts'

/**
 * Makes each user exist with this password and with access to exactly these databases. In each of them:
 * - the user has the rights of the database's owner: create schemas and extensions, change the database's settings,
 *   drop it, and create in schema `public` (PostgreSQL 15 gives that to a database's owner alone);
 * - what one user makes, every other user of the database can read and write, but can not alter or hang a trigger on;
 *   what is to be altered by all is made after `SET ROLE coffer_owner_<database>`. Any of them can drop it from schema
 *   `public`, which is the database owner's, but not from a schema that its maker made.
 *
 * Throws `EngineFault`: `INVALID_NAME`, `RESERVED_NAME`, `PASSWORD_REFUSED`, `DATABASE_MISSING`, `USER_REFUSED`,
 * `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const ensureUsers = async (
  instance: EngineInstance,
  wishes: readonly UserWish[],
  signal: AbortSignal,
): Promise<void> => {
  for (const wish of wishes) assertUsable(wish)
  if (wishes.length === 0) return
  const verifiers = await Promise.all(wishes.map((wish) => createScramVerifier(wish.password)))
  await withAdministration(instance, 'postgres', signal, async (query) => {
    await lockAccounts(query)
    for (const [index, wish] of wishes.entries()) {
      await ensureUser(query, wish, verifiers[index] ?? '').catch((error) => {
        signal.throwIfAborted()
        throw toEngineFault(error, `create user "${wish.name}"`, 'USER_REFUSED')
      })
    }
    for (const database of new Set(wishes.flatMap((wish) => wish.databases))) {
      const users = wishes.filter((wish) => wish.databases.includes(database)).map((wish) => wish.name)
      await shareWhatTheyMake(instance, database, users, signal)
    }
  })
}

const assertUsable = (wish: UserWish): void => {
  assertUserName(wish.name)
  for (const database of wish.databases) assertDatabaseName(database)
  if (isPortablePassword(wish.password)) return
  throw new EngineFault(
    'PASSWORD_REFUSED',
    `The password of user "${wish.name}" is empty or has characters that clients send in different ways; ` +
      'ASCII letters, digits and punctuation are always accepted',
  )
}

const ensureUser = async (query: Query, wish: UserWish, verifier: string): Promise<void> => {
  const user = escapeIdentifier(wish.name)
  await assertDatabasesExist(query, wish)
  const known = await query('SELECT FROM pg_roles WHERE rolname = $1', [wish.name])
  const verb = known.length === 0 ? 'CREATE' : 'ALTER'
  const held = await query(
    `SELECT granted.rolname AS role FROM pg_auth_members
       JOIN pg_roles granted ON granted.oid = roleid JOIN pg_roles member ON member.oid = pg_auth_members.member
     WHERE member.rolname = $1 AND starts_with(granted.rolname, $2)`,
    [wish.name, ownerRolePrefix],
  )
  const wanted = new Set(wish.databases.map(ownerRoleOf))
  const surplus = held.map(({ role }) => String(role)).filter((role) => !wanted.has(role))
  // One query string is one transaction: nobody sees the user with another's rights or password.
  await query(
    [
      `${verb} ROLE ${user} LOGIN PASSWORD ${escapeLiteral(verifier)}`,
      ...[...wanted].map((role) => `GRANT ${escapeIdentifier(role)} TO ${user}`),
      ...surplus.map((role) => `REVOKE ${escapeIdentifier(role)} FROM ${user}`),
    ].join(';\n'),
  )
}

const assertDatabasesExist = async (query: Query, wish: UserWish): Promise<void> => {
  const found = await query('SELECT datname FROM pg_database WHERE datname = ANY($1)', [wish.databases])
  const missing = wish.databases.find((database) => !found.some(({ datname }) => datname === database))
  if (missing === undefined) return
  throw new EngineFault('DATABASE_MISSING', `User "${wish.name}" is to use database "${missing}", which does not exist`)
}

/** Default privileges can be set only from within the database they are for. The caller holds the lock on accounts. */
const shareWhatTheyMake = (
  instance: EngineInstance,
  database: string,
  users: readonly string[],
  signal: AbortSignal,
): Promise<void> =>
  withAdministration(instance, database, signal, async (query) => {
    const owner = escapeIdentifier(ownerRoleOf(database))
    const statements = users.flatMap((user) =>
      sharedPrivileges.map(
        (privileges) => `ALTER DEFAULT PRIVILEGES FOR ROLE ${escapeIdentifier(user)} GRANT ${privileges} TO ${owner}`,
      ),
    )
    await query(statements.join(';\n'))
  })

const sharedPrivileges = [
  'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES ON TABLES',
  'ALL ON SEQUENCES',
  'ALL ON ROUTINES',
  'ALL ON TYPES',
  'ALL ON SCHEMAS',
]
