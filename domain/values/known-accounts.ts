import { hasNamedDatabases } from '../engines/registry.ts'
import { type Access, accessTo } from './access.ts'
import type { AccessLevel } from './access-levels.ts'
import type { DatastoreType } from './instance-spec.ts'

/** `host`: from where it may come; null for everywhere. */
export type KnownUser = { readonly name: string; readonly host: string | null; readonly access: readonly Access[] }

/** What is in an engine, as far as Coffer made it. `rootEnabled`: the root user is there, beside `users`. */
export type KnownAccounts = {
  readonly databases: readonly string[]
  readonly users: readonly KnownUser[]
  readonly rootEnabled: boolean
}

export const noAccounts: KnownAccounts = { databases: [], users: [], rootEnabled: false }

type Named = { readonly name: string }
type Wished = Named & {
  readonly databases: readonly string[]
  readonly host?: string | undefined
  readonly level?: AccessLevel | undefined
}

const knownAccounts = (
  datastore: DatastoreType,
  databases: readonly Named[],
  users: readonly Wished[],
): KnownAccounts => ({
  databases: databases.map(({ name }) => name),
  users: users.map((user) => knownUser(datastore, user)),
  rootEnabled: false,
})

export const knownUser = (datastore: DatastoreType, { name, databases, host, level }: Wished): KnownUser => ({
  name,
  host: host ?? null,
  access: accessTo(databases, level ?? 'all', hasNamedDatabases(datastore)),
})

/** The databases that a user may use in some way. */
export const databasesOf = ({ access }: Pick<KnownUser, 'access'>): readonly string[] =>
  access.flatMap(({ database }) => database ?? [])

/** The databases that a user may use in full. */
const inFull = ({ access }: Pick<KnownUser, 'access'>): readonly string[] =>
  access.flatMap(({ database, level }) => (database !== null && level === 'all' ? [database] : []))

/** What a new instance has: what was asked for, or what is in the backup that it is made of. */
export const firstAccounts = ({
  spec,
  databases,
  users,
  source,
}: {
  readonly spec: { readonly datastore: DatastoreType }
  readonly databases: readonly Named[]
  readonly users: readonly Wished[]
  readonly source?: KnownAccounts | undefined
}): KnownAccounts => (source ? copyOf(source) : knownAccounts(spec.datastore, databases, users))

/** Without what else the value may have: a document of a view has accounts among other things. */
const copyOf = ({ databases, users, rootEnabled }: KnownAccounts): KnownAccounts => ({ databases, users, rootEnabled })

export const withRoot = (accounts: KnownAccounts, rootEnabled: boolean): KnownAccounts => ({
  ...copyOf(accounts),
  rootEnabled,
})

/** Users who may use every database there is: where one is added, they expect to use it as well. */
export const usersOfAll = ({ databases, users }: KnownAccounts): readonly string[] =>
  users
    .filter((user) => {
      const used = new Set(inFull(user))
      return databases.every((name) => used.has(name))
    })
    .map(({ name }) => name)

export const withDatabase = (accounts: KnownAccounts, name: string, usedBy: readonly string[]): KnownAccounts => ({
  ...copyOf(accounts),
  databases: [...accounts.databases.filter((other) => other !== name), name],
  users: accounts.users.map((user) => (usedBy.includes(user.name) ? withAccess(user, [name], 'all') : user)),
})

export const withoutDatabase = (accounts: KnownAccounts, name: string): KnownAccounts => ({
  ...copyOf(accounts),
  databases: accounts.databases.filter((other) => other !== name),
  users: accounts.users.map((user) => withoutAccess(user, [name])),
})

export const withUsers = (accounts: KnownAccounts, users: readonly KnownUser[]): KnownAccounts => ({
  ...copyOf(accounts),
  users: [
    ...withoutUsers(
      accounts,
      users.map(({ name }) => name),
    ).users,
    ...users.map((user) => ({ ...user, access: user.access.filter(({ database }) => isThere(accounts, database)) })),
  ],
})

export const withoutUsers = (accounts: KnownAccounts, names: readonly string[]): KnownAccounts => ({
  ...copyOf(accounts),
  users: accounts.users.filter(({ name }) => !names.includes(name)),
})

/** `level` null: no access to these any more. `databases` holds null for the whole engine. */
export const withAccessOf = (
  accounts: KnownAccounts,
  name: string,
  databases: readonly (string | null)[],
  level: AccessLevel | null,
): KnownAccounts => ({
  ...copyOf(accounts),
  users: accounts.users.map((user) => {
    if (user.name !== name) return user
    if (level === null) return withoutAccess(user, databases)
    const present = databases.filter((database) => isThere(accounts, database))
    return withAccess(user, present, level)
  }),
})

/** What is about a user goes beside what is about a database, which may be deleted by the time that its end is heard of. */
const isThere = ({ databases }: KnownAccounts, database: string | null): boolean =>
  database === null || databases.includes(database)

const withAccess = (user: KnownUser, databases: readonly (string | null)[], level: AccessLevel): KnownUser => ({
  ...user,
  access: [...withoutAccess(user, databases).access, ...databases.map((database) => ({ database, level }))],
})

const withoutAccess = (user: KnownUser, databases: readonly (string | null)[]): KnownUser => ({
  ...user,
  access: user.access.filter(({ database }) => !databases.includes(database)),
})
