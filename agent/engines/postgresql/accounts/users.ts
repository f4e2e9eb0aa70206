import { escapeIdentifier, escapeLiteral } from 'pg'
import { saslprepFault } from '../../../../domain/values/saslprep.ts'
import { EngineFault, type EngineInstance, type UserWish } from '../../engine.ts'
import { toEngineFault } from '../faults.ts'
import { lockAccounts, type Query, withAdministration } from '../session.ts'
import { assertDatabaseName, assertUserName } from './names.ts'
import { ensureSpanningRights, userAttributes } from './rights.ts'
import { ownerRoleOf, ownerRolePrefix } from './roles.ts'
import { createScramVerifier } from './scram.ts'

/**
 * Makes each user exist with this password and with access to exactly these databases. In each of them a session of the user acts as the owner role of
 * the database (`current_user`; `session_user` is still the user): what one makes belongs to all, and each of them may alter, drop and grant it. In
 * any other database, as one that they make themselves, it acts as the owner role of the first.
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
      await ensureUser(query, wish, verifiers[index] ?? '', instance.installation.version).catch((error) => {
        signal.throwIfAborted()
        throw toEngineFault(error, `create user "${wish.name}"`, 'USER_REFUSED')
      })
    }
    await ensureSpanningRights(query)
  })
}

const assertUsable = (wish: UserWish): void => {
  assertUserName(wish.name)
  for (const database of wish.databases) assertDatabaseName(database)
  if (wish.password !== '' && saslprepFault(wish.password) === null) return
  throw new EngineFault(
    'PASSWORD_REFUSED',
    `The password of user "${wish.name}" is empty or has characters that clients send in different ways; ` +
      'ASCII letters, digits and punctuation are always accepted',
  )
}

const ensureUser = async (query: Query, wish: UserWish, verifier: string, version: string): Promise<void> => {
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
  const rights = wish.databases.length === 0 ? 'NOCREATEDB NOCREATEROLE' : userAttributes(version)
  const surplus = held.map(({ role }) => String(role)).filter((role) => !wanted.has(role))
  // One query string is one transaction: nobody sees the user with another's rights or password.
  await query(
    [
      `${verb} ROLE ${user} LOGIN ${rights} PASSWORD ${escapeLiteral(verifier)}`,
      ...[...wanted].map((role) => `GRANT ${escapeIdentifier(role)} TO ${user}`),
      ...surplus.map((role) => `REVOKE ${escapeIdentifier(role)} FROM ${user}`),
      ...(await actsAs(query, wish)),
    ].join(';\n'),
  )
}

/** As whom the user's sessions act, by default and in each database. */
const actsAs = async (query: Query, { name, databases }: UserWish): Promise<readonly string[]> => {
  const user = escapeIdentifier(name)
  const [first] = databases
  const set = await query(
    `SELECT datname FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole
       JOIN pg_database ON pg_database.oid = setdatabase WHERE rolname = $1`,
    [name],
  )
  const former = set.map(({ datname }) => String(datname)).filter((database) => !databases.includes(database))
  return [
    `ALTER ROLE ${user} ${first === undefined ? 'RESET role' : `SET role = ${escapeLiteral(ownerRoleOf(first))}`}`,
    ...former.map((database) => `ALTER ROLE ${user} IN DATABASE ${escapeIdentifier(database)} RESET role`),
    ...databases.map((database) => {
      const role = escapeLiteral(ownerRoleOf(database))
      return `ALTER ROLE ${user} IN DATABASE ${escapeIdentifier(database)} SET role = ${role}`
    }),
  ]
}

const assertDatabasesExist = async (query: Query, wish: UserWish): Promise<void> => {
  const found = await query('SELECT datname FROM pg_database WHERE datname = ANY($1)', [wish.databases])
  const missing = wish.databases.find((database) => !found.some(({ datname }) => datname === database))
  if (missing === undefined) return
  throw new EngineFault('DATABASE_MISSING', `User "${wish.name}" is to use database "${missing}", which does not exist`)
}
