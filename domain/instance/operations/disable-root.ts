import { withRoot } from '../../values/known-accounts.ts'
import { rootUser } from '../../values/root-user.ts'
import { defineSharedOperation } from './define-operation.ts'
import { ofRoot, rootStep } from './root-work.ts'

/** Also where root was never enabled: then the engine is seen to have none. */
export const disableRoot = defineSharedOperation({
  ...ofRoot,
  kind: 'disable-root',
  does: `Deletes the user \`${rootUser}\` of an engine that runs, and ends its sessions. What it made in databases stays.`,
  done: 'relieved of its root user',
  wish: {},
  requested: 'InstanceRootDisableRequested',
  succeeded: 'InstanceRootDisabled',
  changes: (_, accounts) => ({ accounts: withRoot(accounts, false) }),
  steps: [rootStep(() => null)],
  remains: 'root may be disabled: enable or disable it again',
})
