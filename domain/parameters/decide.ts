import { accept, type Decision } from '../decider.ts'
import type { ParametersCommand } from './commands.ts'
import type { ParametersEvent } from './events.ts'
import type { ParametersState } from './state.ts'

/** Builds of one version hardly differ: the first host that has read them speaks for all. */
export const decide = (
  { type: _, parameters, ...read }: ParametersCommand,
  state: ParametersState,
): Decision<ParametersEvent> => {
  if (state.status === 'READ' && state.format >= read.format) return accept()
  return accept({ type: 'ParametersRead', data: { ...read, parameters: [...parameters] } })
}
