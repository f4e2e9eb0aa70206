import { unreachable } from '../decider.ts'
import type { FleetEvent } from './events.ts'
import type { FleetState } from './state.ts'

export const evolve = (state: FleetState, event: FleetEvent): FleetState => {
  switch (event.type) {
    case 'FleetHostNameTaken':
    case 'FleetHostNameReleased': {
      const { hostId, name } = event.data
      const others = [...state.names].filter(([id]) => id !== hostId)
      return { ...state, names: new Map(event.type === 'FleetHostNameTaken' ? [...others, [hostId, name]] : others) }
    }
    case 'FleetJoinTokenIssued': {
      const { tokenId, ...token } = event.data
      return {
        ...state,
        joinTokens: new Map([...state.joinTokens, [tokenId, { ...token, revoked: false, used: null }]]),
      }
    }
    case 'FleetJoinTokenUsed': {
      const { tokenId, hostId, signingKey } = event.data
      const token = state.joinTokens.get(tokenId)
      if (!token) return state
      return {
        ...state,
        joinTokens: new Map([...state.joinTokens, [tokenId, { ...token, used: { hostId, signingKey } }]]),
      }
    }
    case 'FleetJoinTokenRevoked': {
      const { tokenId } = event.data
      const token = state.joinTokens.get(tokenId)
      if (!token) return state
      return { ...state, joinTokens: new Map([...state.joinTokens, [tokenId, { ...token, revoked: true }]]) }
    }
    default:
      return unreachable(event)
  }
}
