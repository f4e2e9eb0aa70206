import { type Outcome, patienceWith, requireRecord } from './outcome.ts'
import { persist } from './persist.ts'

/** All that the engine has was read, and nothing of it is damaged. */
export const dataRead: Outcome<'data-read'> = async (host, _payload, { nodeId, signal, progress }) => {
  const { driver, instance } = await host.control.describe(requireRecord(host, nodeId), signal)
  progress(0.1, 'reading everything')
  return persist(() => driver.backup.readAll(instance, signal), patienceWith(host, nodeId, signal))
}
