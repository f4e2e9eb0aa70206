import { sealedSchema } from '../../values/instance-spec.ts'
import { withRoot } from '../../values/known-accounts.ts'
import { rootUser } from '../../values/root-user.ts'
import { defineSharedOperation, wishReader } from './define-operation.ts'
import { ofRoot, rootStep } from './root-work.ts'

const wish = { sealedPassword: sealedSchema }
const wishOf = wishReader(wish)

/** Nothing undoes it: somebody may have logged in. An enabled one gets the new password. */
export const enableRoot = defineSharedOperation({
  ...ofRoot,
  kind: 'enable-root',
  does: `Lets the user \`${rootUser}\` log in to an engine that runs, by a new password. It may do all that Coffer does not keep for itself.`,
  done: 'given a root user',
  wish,
  requested: 'InstanceRootEnableRequested',
  succeeded: 'InstanceRootEnabled',
  changes: (_, accounts) => ({ accounts: withRoot(accounts, true) }),
  steps: [rootStep((subject) => wishOf(subject).sealedPassword)],
  remains: 'root may be enabled: enable or disable it again',
})
