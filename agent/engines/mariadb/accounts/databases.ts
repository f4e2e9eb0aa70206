import { type DatabaseWish, EngineFault, type EngineInstance } from '../../engine.ts'
import { type Query, ServerError } from '../protocol/connection.ts'
import { named, quoted } from '../sql.ts'
import { giveAccess } from './access.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { findUsers } from './found-users.ts'
import { assertDatabaseName, assertUserName } from './names.ts'

const wrongForm = [1115, 1253, 1273]

/**
 * Makes each database exist, for the users that are named with it. Throws `EngineFault`: `INVALID_NAME`, `RESERVED_NAME`, `DATABASE_REFUSED` (a character set or collation that it does not
 * have), `DATABASE_DIFFERS` when it exists with another one, `DISK_FULL`, `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
 */
export const ensureDatabases = async (
  instance: EngineInstance,
  wishes: readonly DatabaseWish[],
  signal: AbortSignal,
): Promise<void> => {
  for (const { name, users = [] } of wishes) {
    assertDatabaseName(name)
    users.forEach(assertUserName)
  }
  const refusal: Refusal<DatabaseWish> = {
    code: 'DATABASE_REFUSED',
    doing: ({ name }) => `create database "${name}"`,
  }
  await forEachWish(instance, wishes, signal, refusal, ensureDatabase)
}

const ensureDatabase = async (
  query: Query,
  { name, characterSet, collation, users = [] }: DatabaseWish,
): Promise<void> => {
  const form = [
    ...(characterSet === undefined ? [] : [`CHARACTER SET ${quoted(characterSet)}`]),
    ...(collation === undefined ? [] : [`COLLATE ${quoted(collation)}`]),
  ].join(' ')
  await query(`CREATE DATABASE IF NOT EXISTS ${named(name)} ${form}`).catch((error: unknown) => {
    if (!(error instanceof ServerError && wrongForm.includes(error.number))) throw error
    const message = `Could not create database "${name}": MariaDB has no such character set or collation, or they do not go together`
    throw new EngineFault('DATABASE_REFUSED', message, { cause: error })
  })
  const [present] = await query(
    `SELECT DEFAULT_CHARACTER_SET_NAME AS characterSet, DEFAULT_COLLATION_NAME AS collation
     FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoted(name)}`,
  )
  const differs = (wanted: string | undefined, found: string | null | undefined): boolean =>
    wanted !== undefined && wanted.toLowerCase() !== found
  if (!differs(characterSet, present?.characterSet) && !differs(collation, present?.collation)) {
    return giveTo(query, name, users)
  }
  throw new EngineFault(
    'DATABASE_DIFFERS',
    `Database "${name}" exists with character set ${present?.characterSet} and collation ${present?.collation}, ` +
      `not with ${characterSet ?? 'any'} and ${collation ?? 'any'}`,
  )
}

/** One that does not exist is left out. */
const giveTo = async (query: Query, database: string, users: readonly string[]): Promise<void> => {
  for (const user of users) {
    for (const found of await findUsers(query, user)) await giveAccess(query, found, database, 'all')
  }
}
