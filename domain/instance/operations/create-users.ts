import { z } from 'zod'
import { hasNamedDatabases } from '../../engines/registry.ts'
import { allFaults } from '../../rejection.ts'
import { accessLevelSchema, knownUserSchema } from '../../values/access.ts'
import { userNameRefusal } from '../../values/account-names.ts'
import { duplicateRefusal, tooManyRefusal } from '../../values/accounts.ts'
import { sealedSchema } from '../../values/instance-spec.ts'
import { knownUser, withUsers } from '../../values/known-accounts.ts'
import { userHostRefusal } from '../../values/user-host.ts'
import { existsAlready, unknownDatabases } from './account-refusals.ts'
import { accountsStep, ofAccounts } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

/** `databases`: null for all that are there. `host`: null for everywhere. */
const userWish = z.object({
  name: z.string(),
  sealedPassword: sealedSchema,
  databases: z.array(z.string()).nullable(),
  level: accessLevelSchema,
  host: z.string().nullable(),
})
const wish = { asked: z.array(userWish) }
const wishOf = wishReader(wish)

/** Nothing undoes it: somebody may have logged in. Asked for again, it makes whole what was begun. */
export const createUsers = defineSharedOperation({
  ...ofAccounts,
  kind: 'create-users',
  does: 'Makes users in an engine that runs.',
  done: 'given users',
  wish,
  about: ({ asked }) => asked.map(({ name }) => `user ${name}`),
  completes: ({ spec, accounts }, { asked }) => ({
    asked: asked.map((user) => ({
      ...user,
      databases: user.databases ?? (hasNamedDatabases(spec.datastore) ? [...accounts.databases] : []),
    })),
  }),
  refuses: (instance, { asked: users }) =>
    tooManyRefusal('users', users.length) ??
    allFaults([
      ...users.flatMap(({ name, databases, host }, index) => [
        userNameRefusal(instance.spec.datastore, name, `users[${index}].name`),
        ...unknownDatabases(instance, databases ?? [], `users[${index}].databases`),
        userHostRefusal(instance.spec.datastore, host ?? undefined, `users[${index}].host`),
        instance.accounts.users.some((known) => known.name === name)
          ? existsAlready(instance, 'user', name, `users[${index}].name`)
          : null,
      ]),
      duplicateRefusal(users, 'users'),
    ]),
  requested: 'InstanceUsersCreationRequested',
  succeeded: 'InstanceUsersCreated',
  applied: {
    users: z.array(knownUserSchema),
  },
  applies: ({ spec }, { asked: users }) => ({
    users: users.map(({ name, databases, level, host }) => {
      const { access } = knownUser(spec.datastore, { name, databases: databases ?? [], level })
      return { name, host, access: [...access] }
    }),
  }),
  changes: ({ users }, accounts) => ({ accounts: withUsers(accounts, users) }),
  steps: [
    accountsStep('users', (subject) => ({
      users: wishOf(subject).asked.map(({ name, sealedPassword, databases, level, host }) => ({
        name,
        sealedPassword,
        databases: databases ?? [],
        level,
        ...(host !== null && { host }),
      })),
      alone: true,
    })),
  ],
  notCancellable: 'it takes a moment',
  remains: 'some of the users may exist: ask for them again',
})
