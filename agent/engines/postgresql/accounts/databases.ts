import { escapeIdentifier, escapeLiteral } from 'pg'
import { type DatabaseWish, EngineFault, type EngineInstance } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import type { Query } from '../session.ts'
import { forEachWish, type Refusal } from './for-each.ts'
import { assertDatabaseName, assertUserName } from './names.ts'
import { ensureOwnerRole } from './owner-roles.ts'
import { userAttributes } from './rights.ts'
import { ownerRoleOf } from './roles.ts'

/**
 * Makes each database exist, closed to everybody but its owner role (and so that role's members, see `ensureUsers`).
 * Throws `EngineFault`: `INVALID_NAME`, `RESERVED_NAME`, `DATABASE_REFUSED` (a character set
 * or collation it does not have), `DATABASE_DIFFERS` when it exists with another one, `DATABASE_EXISTS` when it was made in SQL, `DISK_FULL`,
 * `ENGINE_UNREACHABLE`, `ENGINE_REFUSED`.
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
  await forEachWish(instance, wishes, signal, refusal, (query, wish) =>
    ensureDatabase(query, wish, instance.installation.version),
  )
}

/**
 * PostgreSQL lets everybody into a new database. It is therefore made closed, and opened in the same transaction that
 * takes that right away; a database left closed by an interruption is opened by the repeat.
 */
const ensureDatabase = async (query: Query, wish: DatabaseWish, version: string): Promise<void> => {
  const database = escapeIdentifier(wish.name)
  const owner = escapeIdentifier(ownerRoleOf(wish.name))
  const exists = await existsAsWished(query, wish)
  await ensureOwnerRole(query, wish.name, version)
  if (!exists) {
    const form = await formOf(query, wish)
    await query(`CREATE DATABASE ${database} OWNER ${owner} TEMPLATE template0 ${form} ALLOW_CONNECTIONS false`).catch(
      (error: unknown) => {
        throw hasCode(error, '22023', '42809') ? formRefused(wish, error) : error
      },
    )
  }
  await query(
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
     ALTER DATABASE ${database} OWNER TO ${owner};
     ALTER DATABASE ${database} ALLOW_CONNECTIONS true`,
  )
  await giveTo(query, wish, version)
}

/** Each acts in it as its owner role, and in others as before. */
const giveTo = async (query: Query, { name, users = [] }: DatabaseWish, version: string): Promise<void> => {
  const owner = ownerRoleOf(name)
  const found = await query(
    `SELECT rolname AS name, EXISTS (SELECT FROM pg_db_role_setting, unnest(setconfig) setting
       WHERE setrole = pg_roles.oid AND setdatabase = 0 AND starts_with(setting, 'role=')) AS "actsAsAnother"
     FROM pg_roles WHERE rolname = ANY ($1) AND rolcanlogin`,
    [users],
  )
  const statements = found.flatMap(({ name: found, actsAsAnother }) => {
    const user = escapeIdentifier(String(found))
    const asOwner = `SET role = ${escapeLiteral(owner)}`
    return [
      `ALTER ROLE ${user} ${userAttributes(version)}`,
      `GRANT ${escapeIdentifier(owner)} TO ${user}`,
      `ALTER ROLE ${user} IN DATABASE ${escapeIdentifier(name)} ${asOwner}`,
      ...(actsAsAnother === true ? [] : [`ALTER ROLE ${user} ${asOwner}`]),
    ]
  })
  if (statements.length > 0) await query(statements.join(';\n'))
}

const existsAsWished = async (query: Query, wish: DatabaseWish): Promise<boolean> => {
  const [present] = await query(
    `SELECT pg_encoding_to_char(encoding) AS "characterSet", datcollate AS collation,
            pg_get_userbyid(datdba) AS owner,
            encoding = pg_char_to_encoding(coalesce($2, pg_encoding_to_char(encoding))) AS "sameCharacterSet",
            datcollate = coalesce($3, datcollate) AS "sameCollation"
     FROM pg_database WHERE datname = $1`,
    [wish.name, wish.characterSet ?? null, wish.collation ?? null],
  )
  if (present === undefined) return false
  if (present.owner !== ownerRoleOf(wish.name)) {
    const message = `Database "${wish.name}" exists already: it was made in SQL, by role "${present.owner}"`
    throw new EngineFault('DATABASE_EXISTS', message)
  }
  if (present.sameCharacterSet === true && present.sameCollation === true) return true
  throw new EngineFault(
    'DATABASE_DIFFERS',
    `Database "${wish.name}" exists with character set ${present.characterSet} and collation ${present.collation}, ` +
      `not with ${wish.characterSet ?? 'any'} and ${wish.collation ?? 'any'}; neither can be changed afterwards`,
  )
}

const formRefused = ({ name, characterSet, collation }: DatabaseWish, cause: unknown): EngineFault => {
  const form = [
    ...(characterSet === undefined ? [] : [`character set ${JSON.stringify(characterSet)}`]),
    ...(collation === undefined ? [] : [`collation ${JSON.stringify(collation)}`]),
  ].join(' and ')
  const message =
    `Could not create database "${name}" with ${form}: ` +
    'the collation must be a locale of the database host, and the character set one that it goes with'
  return new EngineFault('DATABASE_REFUSED', message, { cause })
}

/**
 * The options for character set and collation. A collation is a locale of the operating system. Without one the
 * template's is taken, which fits UTF8 alone; C fits every character set.
 */
const formOf = async (query: Query, { characterSet, collation }: DatabaseWish): Promise<string> => {
  const [known] = await query('SELECT pg_char_to_encoding($1) >= 0 AS known', [characterSet ?? 'UTF8'])
  if (known?.known !== true) {
    throw new EngineFault('DATABASE_REFUSED', `PostgreSQL has no character set ${JSON.stringify(characterSet)}`)
  }
  const encoding = characterSet === undefined ? '' : `ENCODING ${escapeLiteral(characterSet)}`
  if (collation !== undefined) return `${encoding} LOCALE_PROVIDER libc LOCALE ${escapeLiteral(collation)}`
  if (characterSet === undefined) return ''
  const [asked] = await query("SELECT pg_char_to_encoding($1) = pg_char_to_encoding('UTF8') AS utf8", [characterSet])
  return asked?.utf8 === true ? encoding : `${encoding} LOCALE_PROVIDER libc LOCALE 'C'`
}
