import { toldAccounts } from '../../domain/values/observed-accounts.ts'
import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

export const accountsTold: Outcome<'accounts-told'> = async (host, _payload, { nodeId, signal }) => {
  const { driver, instance } = await host.control.describe(requireRecord(host, nodeId), signal)
  return toldAccounts(await persist(() => driver.accounts.list(instance, signal), patienceWith(host, nodeId, signal)))
}
