import { z } from 'zod'
import { allFaults } from '../../rejection.ts'
import { databaseFaults } from '../../values/accounts.ts'
import { usersOfAll, withDatabase } from '../../values/known-accounts.ts'
import { existsAlready, unknownUser } from './account-refusals.ts'
import { accountsStep, ofAccounts } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

/** `users`: who may use it in full; null for those who may use all that are there. */
const wish = {
  name: z.string(),
  characterSet: z.string().nullable(),
  collation: z.string().nullable(),
  users: z.array(z.string()).nullable(),
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
  completes: ({ accounts }, asked) => ({ ...asked, users: asked.users ?? [...usersOfAll(accounts)] }),
  refuses: (instance, { name, characterSet, collation, users }) =>
    allFaults([
      ...databaseFaults(instance.spec.datastore, { name, ...formOf({ characterSet, collation }) }, ''),
      instance.accounts.databases.includes(name) ? existsAlready(instance, 'database', name, 'name') : null,
      ...(users ?? []).map((user, index) => unknownUser(instance, user, `users[${index}]`)),
    ]),
  requested: 'InstanceDatabaseCreationRequested',
  succeeded: 'InstanceDatabaseCreated',
  applied: { name: z.string(), users: z.array(z.string()) },
  applies: (_, { name, users }) => ({ name, users: users ?? [] }),
  changes: ({ name, users }, accounts) => ({ accounts: withDatabase(accounts, name, users) }),
  steps: [
    accountsStep('database', (subject) => {
      const { name, users, ...form } = wishOf(subject)
      return { databases: [{ name, ...formOf(form), users: users ?? [] }] }
    }),
  ],
  notCancellable: 'it takes a moment',
  remains: 'the database may exist: ask for it again',
})

type Form = { readonly characterSet: string | null; readonly collation: string | null }

/** What is null is the engine's choice. */
const formOf = ({ characterSet, collation }: Form) => ({
  ...(characterSet !== null && { characterSet }),
  ...(collation !== null && { collation }),
})
