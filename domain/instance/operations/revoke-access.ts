import { z } from 'zod'
import { withAccessOf } from '../../values/known-accounts.ts'
import { accountsStep, ofAccess } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

const wish = { name: z.string(), databases: z.array(z.string().nullable()) }
const wishOf = wishReader(wish)

export const revokeAccess = defineSharedOperation({
  ...ofAccess,
  kind: 'revoke-access',
  does: 'Takes from a user of an engine that runs all access to databases. The user stays.',
  done: 'relieved of the access of a user',
  wish,
  requested: 'InstanceAccessRevocationRequested',
  succeeded: 'InstanceAccessRevoked',
  applied: wish,
  applies: (_, { name, databases }) => ({ name, databases }),
  changes: ({ name, databases }, accounts) => ({ accounts: withAccessOf(accounts, name, databases, null) }),
  steps: [
    accountsStep('access', (subject) => {
      const { name, databases } = wishOf(subject)
      return { access: databases.map((database) => ({ user: name, database, level: null })) }
    }),
  ],
  notCancellable: 'it takes a moment',
  remains: 'the access may have changed: ask again for what it is to be',
})
