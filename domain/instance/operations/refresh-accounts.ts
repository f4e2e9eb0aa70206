import { leastStepMs, resultReader } from '../../operation/process.ts'
import { observe, observedShape, toldAccountsSchema } from '../../values/observed-accounts.ts'
import { ofAccounts } from './account-work.ts'
import { defineSharedOperation } from './define-operation.ts'

const told = resultReader('look', toldAccountsSchema)

/** Beside the looks that hosts take of their own accord: for who does not want to wait for the next. */
export const refreshAccounts = defineSharedOperation({
  ...ofAccounts,
  kind: 'refresh-accounts',
  does: 'Looks which databases and users are in an engine that runs.',
  done: 'looked into for its databases and users',
  wish: {},
  about: () => ['a look at databases and users'],
  requested: 'InstanceAccountsRefreshRequested',
  succeeded: 'InstanceAccountsRefreshed',
  applied: observedShape,
  applies: ({ accounts }, _, results) => {
    const found = told(results)
    return found && observe(accounts, found, [])
  },
  changes: (observed) => ({ observed }),
  steps: [
    {
      name: 'look',
      timeoutMs: leastStepMs,
      result: toldAccountsSchema,
      payload: () => ({ kind: 'accounts-told' }),
    },
  ],
  notCancellable: 'it takes a moment',
  remains: 'nothing has changed',
})
