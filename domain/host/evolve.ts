import { unreachable } from '../decider.ts'
import { commit, emptyLedger, release, reserve } from '../values/ledger.ts'
import type { HostEvent } from './events.ts'
import type { HostState } from './state.ts'

export const evolve = (state: HostState, event: HostEvent): HostState => {
  if (event.type === 'HostRegistered') {
    return state.status === 'UNREGISTERED'
      ? { status: 'UP', hostId: event.data.hostId, description: event.data, claims: emptyLedger }
      : { ...state, description: event.data }
  }
  if (state.status === 'UNREGISTERED') return state
  switch (event.type) {
    case 'HostCapacityClaimed':
      return { ...state, claims: reserve(state.claims, event.data) }
    case 'HostClaimConfirmed':
      return { ...state, claims: commit(state.claims, event.data.instanceId, event.data.resources) }
    case 'HostCapacityReleased':
      return { ...state, claims: release(state.claims, event.data.instanceId) }
    case 'HostLost':
      return { ...state, status: 'LOST', lastSeenAt: event.data.lastSeenAt }
    case 'HostReturned':
      return { status: 'UP', hostId: state.hostId, description: state.description, claims: state.claims }
    default:
      return unreachable(event)
  }
}
