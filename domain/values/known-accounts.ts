/** What is in an engine, as far as it was made here: `databases` of a user are those that it may use in full. */
export type KnownAccounts = {
  readonly databases: readonly string[]
  readonly users: readonly { readonly name: string; readonly databases: readonly string[] }[]
}

export const noAccounts: KnownAccounts = { databases: [], users: [] }

type Named = { readonly name: string }
type Using = Named & { readonly databases: readonly string[] }

const knownAccounts = (databases: readonly Named[], users: readonly Using[]): KnownAccounts => ({
  databases: databases.map(({ name }) => name),
  users: users.map(({ name, databases: used }) => ({ name, databases: used })),
})

/** What a new instance has: what was asked for, or what is in the backup that it is made of. */
export const firstAccounts = ({
  databases,
  users,
  source,
}: {
  readonly databases: readonly Named[]
  readonly users: readonly Using[]
  readonly source?: KnownAccounts | undefined
}): KnownAccounts => (source ? { databases: source.databases, users: source.users } : knownAccounts(databases, users))

/** Users who may use every database there is: where one is added, they expect to use it as well. */
export const usersOfAll = ({ databases, users }: KnownAccounts): readonly string[] =>
  users.filter((user) => databases.every((name) => user.databases.includes(name))).map(({ name }) => name)

export const withDatabase = (accounts: KnownAccounts, name: string, usedBy: readonly string[]): KnownAccounts => ({
  databases: [...without(accounts.databases, name), name],
  users: accounts.users.map((user) =>
    usedBy.includes(user.name) ? { ...user, databases: [...without(user.databases, name), name] } : user,
  ),
})

export const withoutDatabase = (accounts: KnownAccounts, name: string): KnownAccounts => ({
  databases: without(accounts.databases, name),
  users: accounts.users.map((user) => ({ ...user, databases: without(user.databases, name) })),
})

const without = (names: readonly string[], name: string): readonly string[] => names.filter((other) => other !== name)
