import { EngineFault } from '../engines/engine.ts'
import { refusedBy } from '../supervision/configurations.ts'
import { type Outcome, requireRecord } from './outcome.ts'

/** An engine that nobody uses has started with these parameters. What does not keep it from starting is found out by the instance's own. */
export const parametersTried: Outcome<'parameters-tried'> = async (host, { spec, parameters }, context) => {
  const { nodeId, signal, progress } = context
  const { owner } = requireRecord(host, nodeId)
  const installed = await host.installations.find(spec.datastore, spec.version, signal)
  progress(0.1, 'starting an engine on the values, apart from the instance')
  try {
    await host.trials.starts(installed, spec, parameters, owner, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof EngineFault) || error.code !== 'ENGINE_START_FAILED') throw error
    throw refusedBy(parameters, error)
  }
  return undefined
}
