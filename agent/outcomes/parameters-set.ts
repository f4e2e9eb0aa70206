import { EngineFault } from '../engines/engine.ts'
import { type Outcome, requireRecord } from './outcome.ts'

/** The record holds what every start from now on is given; a running engine gets what it takes. */
export const parametersSet: Outcome<'parameters-set'> = async (host, { parameters, settled }, context) => {
  const { nodeId, signal, progress } = context
  const { configuration } = requireRecord(host, nodeId)
  if (settled) {
    if (configuration.refusal !== null) throw new EngineFault('CONFIGURATION_REFUSED', configuration.refusal)
  } else {
    progress(0.3, 'setting the values')
    await host.configurations.set(nodeId, parameters, signal)
  }
  const { effective, refusal } = requireRecord(host, nodeId).configuration
  return { effective: { ...effective }, refusal }
}
