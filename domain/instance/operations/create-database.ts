import { z } from 'zod'
import { offeredRefusal } from '../../engines/offered.ts'
import { engineOf } from '../../engines/registry.ts'
import { allFaults, type Rejection } from '../../rejection.ts'
import { databaseFaults } from '../../values/accounts.ts'
import { usersOfAll, withDatabase } from '../../values/known-accounts.ts'
import type { Known } from '../known.ts'
import { existsAlready, unknownUser } from './account-refusals.ts'
import { accountsStep, ofAccounts } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

/** `users`: who may use it in full; null for its owner, or without one for those who may use all that are there. `owner`: whom it belongs to; absent for all of these. */
const wish = {
  name: z.string(),
  characterSet: z.string().nullable(),
  collation: z.string().nullable(),
  users: z.array(z.string()).nullable(),
  owner: z.string().nullish(),
}
const wishOf = wishReader(wish)

/** Nothing undoes it: a database that is there may have data. Asked for again, it makes whole what was begun. */
export const createDatabase = defineSharedOperation({
  ...ofAccounts,
  kind: 'create-database',
  does: 'Makes a database in an engine that runs.',
  done: 'given a database',
  wish,
  about: ({ name }) => [`database ${name}`],
  completes: ({ accounts }, asked) => {
    const { users, owner = null } = asked
    if (owner === null) return { ...asked, users: users ?? [...usersOfAll(accounts)] }
    return { ...asked, users: [...new Set([owner, ...(users ?? [])])] }
  },
  refuses: (instance, { name, characterSet, collation, users, owner = null }) =>
    allFaults([
      ...databaseFaults(instance.spec.datastore, { name, ...formOf({ characterSet, collation }) }, ''),
      instance.accounts.databases.includes(name) ? existsAlready(instance, 'database', name, 'name') : null,
      ...(owner === null ? [] : [ownersRefusal(instance), unknownUser(instance, owner, 'owner')]),
      ...(users ?? []).map((user, index) => unknownUser(instance, user, `users[${index}]`)),
    ]),
  requested: 'InstanceDatabaseCreationRequested',
  succeeded: 'InstanceDatabaseCreated',
  applied: { name: z.string(), users: z.array(z.string()) },
  applies: (_, { name, users }) => ({ name, users: users ?? [] }),
  changes: ({ name, users }, accounts) => ({ accounts: withDatabase(accounts, name, users) }),
  steps: [
    accountsStep('database', (subject) => {
      const { name, users, owner: _, ...form } = wishOf(subject)
      return { databases: [{ name, ...formOf(form), users: users ?? [] }] }
    }),
  ],
  notCancellable: 'it takes a moment',
  remains: 'the database may exist: ask for it again',
})

const ownersRefusal = ({ spec }: Known): Rejection | null =>
  offeredRefusal(engineOf(spec.datastore).accounts.owners, 'owner')

type Form = { readonly characterSet: string | null; readonly collation: string | null }

/** What is null is the engine's choice. */
const formOf = ({ characterSet, collation }: Form) => ({
  ...(characterSet !== null && { characterSet }),
  ...(collation !== null && { collation }),
})
