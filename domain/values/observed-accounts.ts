import { z } from 'zod'
import type { KnownAccounts } from './known-accounts.ts'

/** What an engine has of one kind, without Coffer's own and the engine's: `names` in the order of their code units, at most `mostTold`, and how many `more`. */
const toldNamesSchema = z.object({ names: z.array(z.string()), more: z.int().nonnegative() })

/** What an engine has, as its host tells. `databases` is empty where they have no names. */
export const toldAccountsSchema = z.object({ databases: toldNamesSchema, users: toldNamesSchema })
export type ToldAccounts = z.infer<typeof toldAccountsSchema>

/** In one message of a host. */
export const mostTold = 1000

type Named = { readonly databases: readonly string[]; readonly users: readonly string[] }

/** As a host tells them, in one message. */
export const toldAccounts = ({ databases, users }: Named): ToldAccounts => ({
  databases: toldNames(databases),
  users: toldNames(users),
})

const toldNames = (names: Iterable<string>): ToldAccounts['users'] => {
  const sorted = [...new Set(names)].sort()
  return { names: sorted.slice(0, mostTold), more: Math.max(0, sorted.length - mostTold) }
}

/**
 * What differs from what Coffer made: `made` in SQL, and `missing` from the engine though Coffer made it. Each has at most `mostKept` names, and says how many there
 * are besides.
 */
const differenceSchema = z.object({
  made: z.array(z.string()),
  missing: z.array(z.string()),
  moreMade: z.int().nonnegative(),
  moreMissing: z.int().nonnegative(),
})
type Difference = z.infer<typeof differenceSchema>

export const observedShape = { databases: differenceSchema, users: differenceSchema }
const observedSchema = z.object(observedShape)
/** What is in an engine behind Coffer's back. */
export type ObservedAccounts = z.infer<typeof observedSchema>

const mostKept = 100

const noDifference: Difference = { made: [], missing: [], moreMade: 0, moreMissing: 0 }
export const nothingObserved: ObservedAccounts = { databases: noDifference, users: noDifference }

export const namesOf = ({ databases, users }: Pick<KnownAccounts, 'databases' | 'users'>): Named => ({
  databases,
  users: users.map(({ name }) => name),
})

/** `underway`: what Coffer is about to make or delete, of which nothing can be said. */
export const observe = (known: KnownAccounts, told: ToldAccounts, underway: readonly string[]): ObservedAccounts => {
  const names = namesOf(known)
  return {
    databases: difference(names.databases, told.databases, underway),
    users: difference(names.users, told.users, underway),
  }
}

const difference = (
  known: readonly string[],
  { names, more }: ToldAccounts['users'],
  underway: readonly string[],
): Difference => {
  const last = names.at(-1)
  // Of a list that was cut, nothing is said of what comes later.
  const isTold = (name: string): boolean => more === 0 || (last !== undefined && name <= last)
  const made = names.filter((name) => !known.includes(name) && !underway.includes(name))
  const missing = known.filter((name) => isTold(name) && !names.includes(name) && !underway.includes(name))
  return {
    made: made.slice(0, mostKept),
    missing: missing.slice(0, mostKept),
    moreMade: Math.max(0, made.length - mostKept) + more,
    moreMissing: Math.max(0, missing.length - mostKept),
  }
}

/** After Coffer has changed what it knows. `gone`: what it has deleted. */
export const observedAfter = (
  { databases, users }: ObservedAccounts,
  known: KnownAccounts,
  gone: Partial<Named> = {},
): ObservedAccounts => {
  const names = namesOf(known)
  return {
    databases: settled(databases, names.databases, gone.databases ?? []),
    users: settled(users, names.users, gone.users ?? []),
  }
}

const settled = (found: Difference, known: readonly string[], gone: readonly string[]): Difference => ({
  ...found,
  made: found.made.filter((name) => !known.includes(name) && !gone.includes(name)),
  missing: found.missing.filter((name) => known.includes(name)),
})

export const sameObserved = (a: ObservedAccounts, b: ObservedAccounts): boolean =>
  same(a.databases, b.databases) && same(a.users, b.users)

const same = (a: Difference, b: Difference): boolean =>
  a.moreMade === b.moreMade &&
  a.moreMissing === b.moreMissing &&
  sameNames(a.made, b.made) &&
  sameNames(a.missing, b.missing)

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name))
