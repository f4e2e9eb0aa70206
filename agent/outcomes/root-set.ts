import { rootUser } from '../../domain/values/root-user.ts'
import { sealingKeysOf, withPasswords } from './accounts-ready.ts'
import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

/** That the key is settled is on the disk before it goes, so a repeat knows that all of it is done. */
export const rootSet: Outcome<'root-set'> = async (host, { sealedPassword }, { nodeId, signal, progress }) => {
  const sealed = sealedPassword === null ? [] : [{ name: rootUser, sealedPassword }]
  const keys = sealingKeysOf(sealed)
  if (keys.length > 0 && (await host.sealingKeys.areSettled(keys))) return undefined
  const { driver, instance } = await host.control.describe(requireRecord(host, nodeId), signal)
  const [wish] = await withPasswords(host, nodeId, sealed)
  progress(0.1, wish ? 'enabling root' : 'disabling root')
  const setRoot = () => driver.accounts.setRoot(instance, wish?.password ?? null, signal)
  await persist(setRoot, patienceWith(host, nodeId, signal))
  for (const key of keys) await host.sealingKeys.settle(key)
  return undefined
}
