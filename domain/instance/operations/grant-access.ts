import { z } from 'zod'
import { leastStepMs } from '../../operation/process.ts'
import { allFaults } from '../../rejection.ts'
import { accessLevelSchema } from '../../values/access.ts'
import { withAccessOf } from '../../values/known-accounts.ts'
import { accessTargets, namesIn, unknownDatabases, unknownUser } from './account-refusals.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

/** `databases`: null among them stands for the whole engine. */
const wish = { name: z.string(), databases: z.array(z.string().nullable()), level: accessLevelSchema }
const wishOf = wishReader(wish)

export const grantAccess = defineSharedOperation({
  kind: 'grant-access',
  lane: 'shared',
  soon: true,
  does: 'Lets a user read, write or use in full databases of an engine that runs, in place of what it may do in them.',
  done: 'given access for a user',
  accepts: ['ACTIVE'],
  wish,
  about: ({ name }) => [`user ${name}`],
  completes: (instance, asked) => ({ ...asked, databases: accessTargets(instance, asked.databases) }),
  refuses: (instance, { name, databases }) =>
    allFaults([unknownUser(instance, name, 'name'), ...unknownDatabases(instance, namesIn(databases), 'databases')]),
  requested: 'InstanceAccessGrantRequested',
  succeeded: 'InstanceAccessGranted',
  applied: { name: z.string(), databases: z.array(z.string().nullable()), level: accessLevelSchema },
  applies: (_, { name, databases, level }) => ({ name, databases, level }),
  changes: ({ name, databases, level }, accounts) => ({ accounts: withAccessOf(accounts, name, databases, level) }),
  steps: [
    {
      name: 'access',
      timeoutMs: leastStepMs,
      payload: (subject) => {
        const { name, databases, level } = wishOf(subject)
        const access = databases.map((database) => ({ user: name, database, level }))
        return { kind: 'accounts-ready', databases: [], users: [], access }
      },
    },
  ],
  compensation: [],
  undoneTo: null,
  notCancellable: 'it takes a moment',
  remains: 'the access may have changed: ask for it again',
})
