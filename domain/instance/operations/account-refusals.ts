import { hasNamedDatabases } from '../../engines/registry.ts'
import type { Rejection } from '../../rejection.ts'
import { databaseNameRefusal } from '../../values/account-names.ts'
import { quote } from '../../values/text.ts'
import type { Known } from '../known.ts'

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
const notThere = (kind: 'user' | 'database', name: string, known: readonly string[], field: string): Rejection => ({
  code: 'NOT_FOUND',
  message: `Coffer has made no ${kind} ${quote(name)} in the instance: it has made ${known.length === 0 ? 'none' : known.map(quote).join(', ')}`,
  field,
})

export const existsAlready = (kind: 'user' | 'database', name: string, field: string): Rejection => ({
  code: 'ALREADY_EXISTS',
  message: `the instance has a ${kind} ${quote(name)} already`,
  field,
})
