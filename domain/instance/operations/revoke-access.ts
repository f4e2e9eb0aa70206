import { z } from 'zod'
import { leastStepMs } from '../../operation/process.ts'
import { allFaults } from '../../rejection.ts'
import { withAccessOf } from '../../values/known-accounts.ts'
import { accessTargets, namesIn, unknownDatabases, unknownUser } from './account-refusals.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

const wish = { name: z.string(), databases: z.array(z.string().nullable()) }
const wishOf = wishReader(wish)

export const revokeAccess = defineSharedOperation({
  kind: 'revoke-access',
  lane: 'shared',
  soon: true,
  does: 'Takes from a user of an engine that runs all access to databases. The user stays.',
  done: 'relieved of the access of a user',
  accepts: ['ACTIVE'],
  wish,
  about: ({ name }) => [`user ${name}`],
  completes: (instance, asked) => ({ ...asked, databases: accessTargets(instance, asked.databases) }),
  refuses: (instance, { name, databases }) =>
    allFaults([unknownUser(instance, name, 'name'), ...unknownDatabases(instance, namesIn(databases), 'databases')]),
  requested: 'InstanceAccessRevocationRequested',
  succeeded: 'InstanceAccessRevoked',
  applied: { name: z.string(), databases: z.array(z.string().nullable()) },
  applies: (_, { name, databases }) => ({ name, databases }),
  changes: ({ name, databases }, accounts) => ({ accounts: withAccessOf(accounts, name, databases, null) }),
  steps: [
    {
      name: 'access',
      timeoutMs: leastStepMs,
      payload: (subject) => {
        const { name, databases } = wishOf(subject)
        const access = databases.map((database) => ({ user: name, database, level: null }))
        return { kind: 'accounts-ready', databases: [], users: [], access }
      },
    },
  ],
  compensation: [],
  undoneTo: null,
  notCancellable: 'it takes a moment',
  remains: 'the access may have changed: ask again for what it is to be',
})
