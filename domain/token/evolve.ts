import { unreachable } from '../decider.ts'
import type { TokenEvent } from './events.ts'
import type { TokenState } from './state.ts'

export const evolve = (state: TokenState, event: TokenEvent): TokenState => {
  switch (event.type) {
    case 'TokenIssued': {
      const { tokenId, projectId, role, ancestors, secretHash, expiresAt } = event.data
      return { status: 'ISSUED', tokenId, projectId, role, ancestors, secretHash, expiresAt }
    }
    case 'TokenRevoked':
      return state.status === 'ABSENT' ? state : { ...state, status: 'REVOKED' }
    default:
      return unreachable(event)
  }
}
