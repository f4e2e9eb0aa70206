import { z } from 'zod'
import { leastStepMs } from '../../operation/process.ts'
import { allFaults, type Rejection } from '../../rejection.ts'
import { databaseFaults } from '../../values/accounts.ts'
import { usersOfAll, withDatabase } from '../../values/known-accounts.ts'
import { quote } from '../../values/text.ts'
import { unknownUser } from './account-refusals.ts'
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
  kind: 'create-database',
  lane: 'shared',
  soon: true,
  does: 'Makes a database in an engine that runs.',
  done: 'given a database',
  accepts: ['ACTIVE'],
  wish,
  about: ({ name }) => [`database ${name}`],
  completes: ({ accounts }, asked) => ({ ...asked, users: asked.users ?? [...usersOfAll(accounts)] }),
  refuses: (instance, { name, characterSet, collation, users }) =>
    allFaults([
      ...databaseFaults(instance.spec.datastore, { name, ...formOf({ characterSet, collation }) }, ''),
      instance.accounts.databases.includes(name) ? existsAlready(name) : null,
      ...(users ?? []).map((user, index) => unknownUser(instance, user, `users[${index}]`)),
    ]),
  requested: 'InstanceDatabaseCreationRequested',
  succeeded: 'InstanceDatabaseCreated',
  applied: { name: z.string(), users: z.array(z.string()) },
  applies: (_, { name, users }) => ({ name, users: users ?? [] }),
  changes: ({ name, users }, accounts) => ({ accounts: withDatabase(accounts, name, users) }),
  steps: [
    {
      name: 'database',
      timeoutMs: leastStepMs,
      payload: (subject) => {
        const { name, users, ...form } = wishOf(subject)
        return { kind: 'accounts-ready', databases: [{ name, ...formOf(form), users: users ?? [] }], users: [] }
      },
    },
  ],
  compensation: [],
  undoneTo: null,
  notCancellable: 'it takes a moment',
  remains: 'the database may exist: ask for it again',
})

type Form = { readonly characterSet: string | null; readonly collation: string | null }

/** What is null is the engine's choice. */
const formOf = ({ characterSet, collation }: Form) => ({
  ...(characterSet !== null && { characterSet }),
  ...(collation !== null && { collation }),
})

const existsAlready = (name: string): Rejection => ({
  code: 'ALREADY_EXISTS',
  message: `the instance has a database ${quote(name)} already`,
  field: 'name',
})
