import type { Outcome } from './outcome.ts'

/**
 * The engine does not run and will not be started again, by the agent's next start say, until it is asked for. Nor does one of an instance
 * that this host does not know of.
 */
export const engineStopped: Outcome<'engine-stopped'> = async (host, _payload, { instanceId, signal, progress }) => {
  const { control, owners, records, supervisor } = host
  progress(0.1, 'stopping the engine')
  if (!records.get(instanceId)) {
    await control.discard({ instanceId, owner: owners.find(instanceId), spec: null, port: null }, signal)
    return undefined
  }
  const record = records.update(instanceId, { desired: 'stopped' })
  await control.stop(record, signal)
  records.update(instanceId, { process: null })
  supervisor.setHealth(instanceId, 'UNKNOWN', 'the engine was stopped as asked')
  return undefined
}
