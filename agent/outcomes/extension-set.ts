import { engineOf } from '../../domain/engines/registry.ts'
import { EngineFault } from '../engines/engine.ts'
import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

export const extensionSet: Outcome<'extension-set'> = async (host, { kind: _, ...wish }, { nodeId, signal }) => {
  const { driver, instance } = await host.control.describe(requireRecord(host, nodeId), signal)
  const { setExtension } = driver
  if (setExtension === null)
    throw new EngineFault('FEATURE_NOT_AVAILABLE', `${engineOf(driver.datastore).title} has no extensions`)
  await persist(() => setExtension(instance, wish, signal), patienceWith(host, nodeId, signal))
  return undefined
}
