import type { KnownAccounts, KnownUser } from './known-accounts.ts'
import type { ObservedAccounts } from './observed-accounts.ts'

/** Who made it: Coffer, or somebody in the engine, by SQL. */
export const accountOrigins = ['COFFER', 'ENGINE'] as const
export type AccountOrigin = (typeof accountOrigins)[number]

/** `missing`: Coffer made it, and it is not in the engine any more. */
type Listed = { readonly origin: AccountOrigin; readonly missing: boolean }
export type ListedDatabase = Listed & { readonly name: string }
/** Of one that was made in SQL, host and access are not known: null and none. */
export type ListedUser = Listed & KnownUser

type Accounts = Pick<KnownAccounts, 'databases' | 'users'> & { readonly observed: ObservedAccounts }

/** Those that Coffer made first. */
export const listedDatabases = ({ databases, observed }: Accounts): readonly ListedDatabase[] => [
  ...databases.map((name) => ({ name, ...byCoffer(observed.databases, name) })),
  ...observed.databases.made.map((name) => ({ name, ...byOthers })),
]

export const listedUsers = ({ users, observed }: Accounts): readonly ListedUser[] => [
  ...users.map((user) => ({ ...user, ...byCoffer(observed.users, user.name) })),
  ...observed.users.made.map((name) => ({ name, host: null, access: [], ...byOthers })),
]

const byOthers: Listed = { origin: 'ENGINE', missing: false }

const byCoffer = ({ missing }: ObservedAccounts['users'], name: string): Listed => ({
  origin: 'COFFER',
  missing: missing.includes(name),
})
