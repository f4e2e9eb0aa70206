import { z } from 'zod'
import { offeredRefusal } from '../../engines/offered.ts'
import { engineOf } from '../../engines/registry.ts'
import { allFaults } from '../../rejection.ts'
import { sealedSchema } from '../../values/instance-spec.ts'
import { unknownUser } from './account-refusals.ts'
import { accountsStep, ofAccounts } from './account-work.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'

const wish = { name: z.string(), sealedPassword: sealedSchema, keepFormer: z.boolean() }
const wishOf = wishReader(wish)

/** With `keepFormer`, the password before it goes on working until the next change: clients move over one by one. */
export const changePassword = defineSharedOperation({
  ...ofAccounts,
  kind: 'change-password',
  does: 'Gives a user of an engine that runs another password. Sessions go on.',
  done: 'given another password for a user',
  wish,
  about: ({ name }) => [`user ${name}`],
  refuses: (instance, { name, keepFormer }) =>
    allFaults([
      unknownUser(instance, name, 'name'),
      keepFormer ? offeredRefusal(engineOf(instance.spec.datastore).accounts.formerPassword, 'keepFormer') : null,
    ]),
  requested: 'InstancePasswordChangeRequested',
  succeeded: 'InstancePasswordChanged',
  applied: { name: z.string(), keepsFormer: z.boolean() },
  applies: (_, { name, keepFormer }) => ({ name, keepsFormer: keepFormer }),
  steps: [
    accountsStep('password', (subject) => {
      const { name, sealedPassword, keepFormer } = wishOf(subject)
      return { passwords: [{ name, sealedPassword, keepsFormer: keepFormer }], alone: true }
    }),
  ],
  notCancellable: 'it takes a moment',
  remains: 'either password may be the one that works: change it again',
})
