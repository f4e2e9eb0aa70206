import { findEngine } from '../engines/registry.ts'
import type { Rejection } from '../rejection.ts'
import type { AccessLevel } from './access-levels.ts'
import { databaseNameRefusal, userNameRefusal } from './account-names.ts'
import type { DatabaseSpec, DatastoreType } from './instance-spec.ts'
import { invalidInput } from './invalid-input.ts'
import { passwordRefusal } from './password.ts'
import { quote } from './text.ts'
import { userHostRefusal } from './user-host.ts'

/**
 * A user as it is asked for; `level` and `host` as in `UserSpec`. `password` absent: one is generated. `databases` absent: all of the request, or, when it has none, one named as the
 * user.
 */
export type UserWish = {
  readonly name: string
  readonly password?: string
  readonly databases?: readonly string[]
  readonly level?: AccessLevel
  readonly host?: string
}

/** In one request; more can be made later. Keeps an event and a guest command of them small. */
const mostAtOnce = 100

/** What is asked for: `databases` of a user is left out only where the engine has none that could be named. */
export type Accounts<User extends UserWish> = {
  readonly databases: readonly DatabaseSpec[]
  readonly users: readonly User[]
}

/**
 * The accounts with what follows from their being left out: in a request without databases, a user for whom none are named gets one of its own
 * name. It could connect to nothing else, and clients take the user's name for the database's where none is given.
 */
export const completeAccounts = <User extends UserWish>(
  datastore: string,
  { databases, users }: Accounts<User>,
): Accounts<User> => {
  if (databases.length > 0 || hasNumberedDatabases(datastore)) return { databases, users }
  const names = new Set(users.filter(getsOwnDatabase).map(({ name }) => name))
  return {
    databases: [...names].map((name) => ({ name })),
    users: users.map((user) => (getsOwnDatabase(user) ? { ...user, databases: [user.name] } : user)),
  }
}

const hasNumberedDatabases = (datastore: string): boolean => findEngine(datastore)?.databases.kind === 'numbered'

const getsOwnDatabase = ({ databases }: UserWish): boolean => databases === undefined

/** Everything that keeps these databases and users from being made in this engine together, in the order of the input. */
export const accountsFaults = (
  datastore: DatastoreType,
  databases: readonly DatabaseSpec[],
  users: readonly UserWish[],
): readonly Rejection[] => {
  const tooMany = tooManyRefusal('databases', databases.length) ?? tooManyRefusal('users', users.length)
  if (tooMany) return [tooMany]
  return [
    ...databases.flatMap((database, index) => databaseFaults(datastore, database, `databases[${index}].`)),
    duplicateRefusal(databases, 'databases'),
    ...users.flatMap((user, index) => userFaults(datastore, databases, user, `users[${index}]`)),
    duplicateRefusal(users, 'users'),
  ].filter((fault) => fault !== null)
}

/** All that is wrong with a database as it is asked for. `within`: what stands before the names of fields, such as `databases[0].`. */
export const databaseFaults = (
  datastore: DatastoreType,
  { name, characterSet, collation }: DatabaseSpec,
  within: string,
): readonly (Rejection | null)[] => [
  databaseNameRefusal(datastore, name, `${within}name`),
  localeRefusal(characterSet, `${within}characterSet`),
  localeRefusal(collation, `${within}collation`),
]

const userFaults = (datastore: DatastoreType, databases: readonly DatabaseSpec[], user: UserWish, path: string) => [
  userNameRefusal(datastore, user.name, `${path}.name`) ??
    (databases.length === 0 && !hasNumberedDatabases(datastore) && getsOwnDatabase(user)
      ? databaseNameRefusal(datastore, user.name, `${path}.name`)
      : null),
  user.password === undefined ? null : passwordRefusal(datastore, user.password, `${path}.password`),
  accessRefusal(user.databases ?? [], databases, `${path}.databases`),
  userHostRefusal(datastore, user.host, `${path}.host`),
]

const accessRefusal = (
  wanted: readonly string[],
  databases: readonly DatabaseSpec[],
  field: string,
): Rejection | null => {
  const names = databases.map(({ name }) => name)
  const index = wanted.findIndex((name) => !names.includes(name))
  if (index < 0) return null
  const choice = names.length === 0 ? 'the request has none' : `the request has ${names.map(quote).join(', ')}`
  return invalidInput(`${quote(wanted[index] ?? '')} is not among the databases: ${choice}`, `${field}[${index}]`)
}

/** Only whether it can be one: which there are is known to the engine. */
const localeRefusal = (value: string | undefined, field: string): Rejection | null =>
  value === undefined || /^[A-Za-z][A-Za-z0-9_.@-]{0,62}$/.test(value)
    ? null
    : invalidInput(
        `a name such as UTF8 or en_US.utf8 is expected (letters, digits, _ . @ -), not ${quote(value)}`,
        field,
      )

export const duplicateRefusal = (named: readonly { readonly name: string }[], path: string): Rejection | null => {
  const names = named.map(({ name }) => name)
  const index = names.findIndex((name, at) => names.indexOf(name) < at)
  return index < 0 ? null : invalidInput(`${quote(names[index] ?? '')} is named twice`, `${path}[${index}].name`)
}

export const tooManyRefusal = (path: 'databases' | 'users', count: number): Rejection | null =>
  count <= mostAtOnce ? null : invalidInput(`at most ${mostAtOnce} ${path} can be made at once, not ${count}`, path)
