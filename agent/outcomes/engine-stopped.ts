import type { Outcome } from './outcome.ts'

/**
 * The engine does not run and will not be started again, by the agent's next start say, until it is asked for. Nor does one of an instance
 * that this host does not know of.
 */
export const engineStopped: Outcome<'engine-stopped'> = async (host, _payload, { nodeId, signal, progress }) => {
  const { control, owners, records, supervisor } = host
  progress(0.1, 'stopping the engine')
  if (!records.get(nodeId)) {
    await control.discard({ nodeId, owner: owners.find(nodeId), spec: null, port: null }, signal)
    return undefined
  }
  const record = records.update(nodeId, { desired: 'stopped' })
  await control.stop(record, signal)
  records.update(nodeId, { process: null })
  supervisor.setHealth(nodeId, 'UNKNOWN', 'the engine was stopped as asked')
  return undefined
}
