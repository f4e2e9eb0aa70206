import type { ParametersEvent } from './events.ts'
import type { ParametersState } from './state.ts'

export const evolve = (_: ParametersState, { data }: ParametersEvent): ParametersState => ({ status: 'READ', ...data })
