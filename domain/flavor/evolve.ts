import { unreachable } from '../decider.ts'
import type { FlavorEvent } from './events.ts'
import type { FlavorState } from './state.ts'

export const evolve = (state: FlavorState, event: FlavorEvent): FlavorState => {
  switch (event.type) {
    case 'FlavorDefined':
      return { status: 'DEFINED', ...event.data }
    case 'FlavorRetired':
      return state.status === 'ABSENT' ? state : { ...state, status: 'RETIRED' }
    default:
      return unreachable(event)
  }
}
