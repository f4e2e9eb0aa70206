import { unreachable } from '../decider.ts'
import type { FleetEvent } from './events.ts'
import type { JoinTokenId } from './id.ts'
import type { FleetState, IssuedJoinToken } from './state.ts'

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
      const { tokenId, ...used } = event.data
      return withToken(state, tokenId, { used })
    }
    case 'FleetJoinTokenRevoked':
      return withToken(state, event.data.tokenId, { revoked: true })
    default:
      return unreachable(event)
  }
}

const withToken = (state: FleetState, tokenId: JoinTokenId, change: Partial<IssuedJoinToken>): FleetState => {
  const token = state.joinTokens.get(tokenId)
  return token ? { ...state, joinTokens: new Map([...state.joinTokens, [tokenId, { ...token, ...change }]]) } : state
}
