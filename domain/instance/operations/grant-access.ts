import { z } from 'zod'
import { accessLevelSchema } from '../../values/access.ts'
import { withAccessOf } from '../../values/known-accounts.ts'
import { accountsStep, ofAccess } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

const wish = { name: z.string(), databases: z.array(z.string().nullable()), level: accessLevelSchema }
const wishOf = wishReader(wish)

export const grantAccess = defineSharedOperation({
  ...ofAccess,
  kind: 'grant-access',
  does: 'Lets a user read, write or use in full databases of an engine that runs, in place of what it may do in them.',
  done: 'given access for a user',
  wish,
  requested: 'InstanceAccessGrantRequested',
  succeeded: 'InstanceAccessGranted',
  applied: wish,
  applies: (_, { name, databases, level }) => ({ name, databases, level }),
  changes: ({ name, databases, level }, accounts) => ({ accounts: withAccessOf(accounts, name, databases, level) }),
  steps: [
    accountsStep('access', (subject) => {
      const { name, databases, level } = wishOf(subject)
      return { access: databases.map((database) => ({ user: name, database, level })) }
    }),
  ],
  notCancellable: 'it takes a moment',
  remains: 'the access may have changed: ask for it again',
})
