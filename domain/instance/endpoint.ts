import type { StepResults } from '../operation/process.ts'
import type { FoundOnHost } from './commands.ts'
import type { InstanceEvent } from './events.ts'
import { evolve } from './evolve.ts'
import type { AnyExclusive } from './operations/define-operation.ts'
import { engineFactsOf } from './operations/engine-steps.ts'
import type { KnownInstance } from './state.ts'

type Told = Pick<FoundOnHost, 'endpoint' | 'caCertificate'>

/** What changes where clients connect, or what they verify that by. Nothing where the instance knows it. */
export const endpointChange = (
  state: Pick<KnownInstance, 'endpoint' | 'caCertificate'>,
  { endpoint, caCertificate }: Told,
): readonly InstanceEvent[] => {
  if (endpoint === null) return []
  const isSame = endpoint.host === state.endpoint?.host && endpoint.port === state.endpoint.port
  if (isSame && caCertificate === state.caCertificate) return []
  return [{ type: 'InstanceEndpointChanged', data: { endpoint, caCertificate } }]
}

/**
 * The events by which an operation ends, and the change of the endpoint where it brought the engine up elsewhere: any operation may. An instance without
 * data has no endpoint to tell.
 */
export const withEndpoint = (
  state: KnownInstance,
  operation: AnyExclusive,
  results: StepResults,
  ended: readonly InstanceEvent[],
): readonly InstanceEvent[] => {
  const told = engineFactsOf(operation, results)
  const after = ended.reduce(evolve, state)
  if (!told || after.status === 'ABSENT' || (after.status === 'FAILED' && !after.dataKept)) return ended
  return [...ended, ...endpointChange(after, told)]
}
