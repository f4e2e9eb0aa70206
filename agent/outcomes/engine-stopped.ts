import { type Outcome, requireRecord } from './outcome.ts'

/** The engine does not run and will not be started again, by the agent's next start say, until it is asked for. */
export const engineStopped: Outcome<'engine-stopped'> = async (host, _payload, { instanceId, signal, progress }) => {
  requireRecord(host, instanceId)
  const record = host.records.update(instanceId, { desired: 'stopped' })
  progress(0.1, 'stopping the engine')
  await host.control.stop(record, signal)
  host.records.update(instanceId, { process: null })
  host.supervisor.setHealth(instanceId, 'UNKNOWN', 'the engine was stopped as asked')
  return undefined
}
