import type { AccessLevel } from '../../../../domain/values/access-levels.ts'
import { type AccessWish, EngineFault, type EngineInstance } from '../../engine.ts'
import { type Query, ServerError } from '../protocol/connection.ts'
import { endSessions } from '../room/end-sessions.ts'
import { account, grantedOn, quoted, type UserAt } from '../sql.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { requireUsers } from './found-users.ts'
import { assertDatabaseName, assertUserName } from './names.ts'

/** What each level holds. The engine has these words (MariaDB documentation, "GRANT", database privileges). */
const privilegesOf: Readonly<Record<AccessLevel, string>> = {
  read: 'SELECT, SHOW VIEW',
  write: 'SELECT, SHOW VIEW, INSERT, UPDATE, DELETE, EXECUTE, CREATE TEMPORARY TABLES, LOCK TABLES',
  all: 'ALL PRIVILEGES',
}

const noSuchGrant = 1141

/** Throws `EngineFault`: `USER_MISSING`, `DATABASE_MISSING`, `FEATURE_NOT_AVAILABLE`, `USER_REFUSED`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`. */
export const setAccess = (
  instance: EngineInstance,
  wishes: readonly AccessWish[],
  signal: AbortSignal,
): Promise<void> => {
  const named = wishes.map(({ user, database, level }) => {
    if (database === null) throw new EngineFault('FEATURE_NOT_AVAILABLE', 'MariaDB gives access to databases by name')
    assertUserName(user)
    assertDatabaseName(database)
    return { user, database, level }
  })
  const refusal: Refusal<(typeof named)[number]> = {
    code: 'USER_REFUSED',
    doing: ({ user, database }) => `change what user "${user}" may do in database "${database}"`,
  }
  return forEachWish(instance, named, signal, refusal, async (query, { user, database, level }) => {
    if (level !== null) await assertDatabaseExists(query, database, user)
    for (const found of await requireUsers(query, user)) {
      await revokeOn(query, found, grantedOn(database))
      if (level !== null) await giveAccess(query, found, database, level)
    }
    // A session goes by the rights that it had when it chose its database.
    if (level !== 'all') await endSessions(query, { of: user, in: database })
  })
}

/** A grant on what does not exist would be taken. */
export const assertDatabaseExists = async (query: Query, database: string, user: string): Promise<void> => {
  const present = await query(`SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoted(database)}`)
  if (present.length > 0) return
  throw new EngineFault('DATABASE_MISSING', `User "${user}" was to use database "${database}", which does not exist`)
}

export const giveAccess = async (query: Query, user: UserAt, database: string, level: AccessLevel): Promise<void> => {
  await query(`GRANT ${privilegesOf[level]} ON ${grantedOn(database)} TO ${account(user)}`)
}

/** Whatever it may do there; nothing where it may do nothing. */
export const revokeOn = async (query: Query, user: UserAt, on: string): Promise<void> => {
  await query(`REVOKE ALL PRIVILEGES ON ${on} FROM ${account(user)}`).catch((error: unknown) => {
    if (!(error instanceof ServerError && error.number === noSuchGrant)) throw error
  })
}
