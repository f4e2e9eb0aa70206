import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from './instance-spec.ts'
import { invalidInput, reservedName } from './invalid-input.ts'
import { byteCount, quote } from './text.ts'

/** How one kind of name looks in one engine. `reserved`: names in lower case that the engine or Coffer needs. */
type NameRule = {
  readonly what: string
  readonly pattern: RegExp
  readonly alphabet: string
  readonly maxBytes: number
  readonly reserved: ReadonlySet<string>
  readonly reservedPrefixes: readonly string[]
}

/** Of Coffer's own accounts and databases in every engine. */
const ownPrefix = 'coffer'

/** PostgreSQL cuts identifiers at NAMEDATALEN - 1 = 63 bytes, keeps `pg_` for itself, and takes some words for roles. */
const postgresqlName = {
  pattern: /^[a-zA-Z_][a-zA-Z0-9_$-]*$/,
  alphabet: 'letters a to z, digits, _, $ and -, beginning with a letter or _',
  maxBytes: 63,
  reservedPrefixes: ['pg_', ownPrefix],
}

/** Names of MariaDB's databases have at most 64 characters, of its users 80. */
const mariadbName = {
  pattern: /^[a-zA-Z0-9_$-]+$/,
  alphabet: 'letters a to z, digits, _, $ and -',
  reservedPrefixes: [ownPrefix],
}

const databaseRules: Readonly<Record<Exclude<DatastoreType, 'redis'>, NameRule>> = {
  postgresql: {
    ...postgresqlName,
    what: 'the name of a PostgreSQL database',
    reserved: new Set(['postgres', 'template0', 'template1']),
  },
  mariadb: {
    ...mariadbName,
    what: 'the name of a MariaDB database',
    maxBytes: 64,
    reserved: new Set(['mysql', 'information_schema', 'performance_schema', 'sys']),
  },
}

const userRules: Readonly<Record<DatastoreType, NameRule>> = {
  postgresql: {
    ...postgresqlName,
    what: 'the name of a PostgreSQL user',
    reserved: new Set(['postgres', 'public', 'none', 'user', 'current_user', 'session_user', 'current_role']),
  },
  mariadb: {
    ...mariadbName,
    what: 'the name of a MariaDB user',
    maxBytes: 80,
    reserved: new Set(['root', 'mysql', 'public', 'none', 'current_user', 'current_role', 'debian-sys-maint']),
  },
  redis: {
    what: 'the name of a Redis user',
    pattern: /^[a-zA-Z0-9_-]+$/,
    alphabet: 'letters a to z, digits, _ and -',
    maxBytes: 63,
    reserved: new Set(['default']),
    reservedPrefixes: [ownPrefix],
  },
}

/** Why this engine can not have a database of this name, or null: `INVALID_INPUT` or `RESERVED_NAME`. */
export const databaseNameRefusal = (datastore: DatastoreType, name: string, field: string): Rejection | null =>
  datastore === 'redis'
    ? invalidInput('Redis has numbered databases that are always there: none can be named', field)
    : nameRefusal(databaseRules[datastore], name, field)

/** Why this engine can not have a user of this name, or null: `INVALID_INPUT` or `RESERVED_NAME`. */
export const userNameRefusal = (datastore: DatastoreType, name: string, field: string): Rejection | null =>
  nameRefusal(userRules[datastore], name, field)

const nameRefusal = (rule: NameRule, name: string, field: string): Rejection | null => {
  const wanted = `${rule.what} has 1 to ${rule.maxBytes} bytes: ${rule.alphabet}`
  const bytes = byteCount(name)
  if (bytes < 1 || bytes > rule.maxBytes) return invalidInput(`${wanted}; ${quote(name)} has ${bytes}`, field)
  if (!rule.pattern.test(name)) return invalidInput(`${wanted}; ${quote(name)} has others`, field)
  // Engines tell some of these apart by case, people do not.
  const lower = name.toLowerCase()
  const prefix = rule.reservedPrefixes.find((reserved) => lower.startsWith(reserved))
  if (prefix) return reservedName(`${quote(name)} is reserved, as all names that begin with ${prefix}`, field)
  if (!rule.reserved.has(lower)) return null
  return reservedName(`${quote(name)} is reserved; so are ${[...rule.reserved].join(', ')}`, field)
}
