import { unreachable } from '../decider.ts'
import type { TokenEvent } from './events.ts'
import type { TokenState } from './state.ts'

export const evolve = (state: TokenState, event: TokenEvent): TokenState => {
  switch (event.type) {
    case 'TokenIssued': {
      const { tokenId, projectId, secretHash } = event.data
      return { status: 'ISSUED', tokenId, projectId, secretHash }
    }
    case 'TokenRevoked':
      return state.status === 'ABSENT' ? state : { ...state, status: 'REVOKED' }
    default:
      return unreachable(event)
  }
}
