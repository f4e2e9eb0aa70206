import { engineOf } from '../../domain/engines/registry.ts'
import { EngineFault } from '../engines/engine.ts'
import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

/** All that the engine has was read, and nothing of it is damaged. */
export const dataRead: Outcome<'data-read'> = async (host, _payload, { nodeId, signal, progress }) => {
  const { driver, instance } = await host.control.describe(requireRecord(host, nodeId), signal)
  const { backup } = driver
  if (backup === null) {
    throw new EngineFault('FEATURE_NOT_AVAILABLE', `${engineOf(driver.datastore).title} cannot be restored yet`)
  }
  progress(0.1, 'reading everything')
  return persist(() => backup.readAll(instance, signal), patienceWith(host, nodeId, signal))
}
