import { z } from 'zod'
import { databaseNameRefusal } from '../../values/account-names.ts'
import { withoutDatabase } from '../../values/known-accounts.ts'
import { quote } from '../../values/text.ts'
import { accountsStep, ofAccounts } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

const wish = { name: z.string() }
const wishOf = wishReader(wish)

/** Also the last one: users and the instance stay. */
export const deleteDatabase = defineSharedOperation({
  ...ofAccounts,
  kind: 'delete-database',
  does: 'Deletes a database with its data from an engine that runs.',
  done: 'relieved of a database',
  wish,
  about: ({ name }) => [`database ${name}`],
  refuses: ({ spec, accounts, observed }, { name }) =>
    databaseNameRefusal(spec.datastore, name, 'name') ??
    (accounts.databases.includes(name) || observed.databases.made.includes(name)
      ? null
      : { code: 'NOT_FOUND', message: `the instance has no database ${quote(name)}`, field: 'name' }),
  requested: 'InstanceDatabaseDeletionRequested',
  succeeded: 'InstanceDatabaseDeleted',
  applied: { name: z.string() },
  applies: (_, { name }) => ({ name }),
  changes: ({ name }, accounts) => ({ accounts: withoutDatabase(accounts, name), gone: { databases: [name] } }),
  steps: [accountsStep('database', (subject) => ({ absentDatabases: [wishOf(subject).name] }))],
  notCancellable: 'its data may be gone already',
  remains: 'the database may be gone: ask for its deletion again',
})
