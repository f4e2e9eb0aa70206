import { createHash } from 'node:crypto'
import type { AccessLevel } from '../../../../domain/values/access-levels.ts'

/**
 * The account by which the agent itself connects over the network. May connect to database `postgres` and nothing else.
 */
export const monitorRole = 'coffer_monitor'

/** The engine's own role whose members may use `reserved_connections` (PostgreSQL documentation 20.3.1). */
export const slotsRole = 'pg_use_reserved_connections'

/** The group of the root user, which holds what that one may do. It is there while root is enabled. */
export const rootRole = 'coffer_root'

/** Every database's owner role begins with it. */
export const ownerRolePrefix = 'coffer_owner'

/**
 * The role that owns a database and that no client can log in as; whoever may use the database is its member. Its name is the
 * database's with a prefix, so that it explains itself in `\du`; a name that would pass PostgreSQL's 63 bytes is cut
 * and told apart by a hash. `_` follows the prefix of a whole name and `~` that of a cut one, so that no name of a
 * database can be chosen to be the cut form of another.
 */
export const ownerRoleOf = (database: string): string => roleOf(ownerRolePrefix, database)

/** Whoever may read a database, or change its data, is a member of a role as well, named after the same rule. */
export const roleOfLevel = (level: AccessLevel, database: string): string => roleOf(prefixOfLevel[level], database)

const prefixOfLevel: Readonly<Record<AccessLevel, string>> = {
  read: 'coffer_reader',
  write: 'coffer_writer',
  all: ownerRolePrefix,
}

/** What the names of all roles begin with that stand for access to a database. */
export const accessRolePrefixes: readonly string[] = Object.values(prefixOfLevel)

const roleOf = (prefix: string, database: string): string => {
  const name = `${prefix}_${database}`
  if (Buffer.byteLength(name) <= 63) return name
  const hash = createHash('sha256').update(database).digest('hex').slice(0, 32)
  const bytes = Buffer.from(`${prefix}~${database}`).subarray(0, 63 - 1 - hash.length)
  // A character cut in two becomes U+FFFD, which is longer than what is left of it.
  return `${bytes.toString('utf8').replace(/\uFFFD+$/, '')}_${hash}`
}

/** Roles that are the engine's or the agent's, and no wish may touch. */
export const isReservedRole = (name: string): boolean =>
  name === 'postgres' || name === 'public' || name === 'none' || name.startsWith('pg_') || name.startsWith('coffer_')

/** Databases that are the engine's. */
export const isReservedDatabase = (name: string): boolean =>
  name === 'postgres' || name === 'template0' || name === 'template1'
