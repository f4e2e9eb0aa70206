import { hasNamedDatabases } from '../../engines/registry.ts'
import type { Rejection } from '../../rejection.ts'
import { databaseNameRefusal, userNameRefusal } from '../../values/account-names.ts'
import { quote } from '../../values/text.ts'
import type { Known } from '../known.ts'

/** Who may be deleted: those that Coffer made, and those that are there as their host tells. */
export const absentUser = (instance: Known, name: string, field: string): Rejection | null =>
  instance.observed.users.made.includes(name)
    ? userNameRefusal(instance.spec.datastore, name, field)
    : unknownUser(instance, name, field)

export const unknownUser = (instance: Known, name: string, field: string): Rejection | null =>
  instance.accounts.users.some((user) => user.name === name)
    ? null
    : notThere(
        'user',
        name,
        instance.accounts.users.map((user) => user.name),
        field,
      )

/** Those that a user may be given. Where databases have no names, it is the whole engine, and none is to be named. */
export const unknownDatabases = (
  instance: Known,
  databases: readonly string[],
  field: string,
): readonly (Rejection | null)[] =>
  databases.map((name, index) => {
    const at = `${field}[${index}]`
    if (!hasNamedDatabases(instance.spec.datastore)) return databaseNameRefusal(instance.spec.datastore, name, at)
    const { databases: known } = instance.accounts
    return known.includes(name) ? null : notThere('database', name, known, at)
  })

/** What was made in SQL is not Coffer's to change. */
export const notThere = (
  kind: 'user' | 'database',
  name: string,
  known: readonly string[],
  field: string,
): Rejection => ({
  code: 'NOT_FOUND',
  message: `Coffer has made no ${kind} ${quote(name)} in the instance: it has made ${known.length === 0 ? 'none' : known.map(quote).join(', ')}`,
  field,
})

export const existsAlready = (
  { observed }: Known,
  kind: 'user' | 'database',
  name: string,
  field: string,
): Rejection => {
  const { missing } = kind === 'user' ? observed.users : observed.databases
  const message = missing.includes(name)
    ? `Coffer has made ${kind} ${quote(name)}, and it was dropped in SQL: delete it, and create it again`
    : `the instance has a ${kind} ${quote(name)} already`
  return { code: 'ALREADY_EXISTS', message, field }
}
