import { z } from 'zod'
import { allFaults } from '../../rejection.ts'
import { withoutUsers } from '../../values/known-accounts.ts'
import { absentUser } from './account-refusals.ts'
import { accountsStep, ofAccounts } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

const wish = { names: z.array(z.string()) }
const wishOf = wishReader(wish)

export const deleteUsers = defineSharedOperation({
  ...ofAccounts,
  kind: 'delete-users',
  does: 'Deletes users of an engine that runs, and ends their sessions. What they made in databases stays.',
  done: 'relieved of users',
  wish,
  about: ({ names }) => names.map((name) => `user ${name}`),
  refuses: (instance, { names }) =>
    allFaults(names.map((name, index) => absentUser(instance, name, `names[${index}]`))),
  requested: 'InstanceUsersDeletionRequested',
  succeeded: 'InstanceUsersDeleted',
  applied: { names: z.array(z.string()) },
  applies: (_, { names }) => ({ names }),
  changes: ({ names }, accounts) => ({ accounts: withoutUsers(accounts, names), gone: { users: names } }),
  steps: [accountsStep('users', (subject) => ({ absentUsers: wishOf(subject).names }))],
  notCancellable: 'they may be gone already',
  remains: 'some of the users may be gone: ask for their deletion again',
})
