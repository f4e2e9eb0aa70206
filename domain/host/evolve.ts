import { unreachable } from '../decider.ts'
import { commit, emptyLedger, release, reserve } from '../values/ledger.ts'
import type { HostEvent } from './events.ts'
import { forgetKey, noSealingKeys, takeKey } from './sealing-keys.ts'
import type { HostState, RegisteredHost } from './state.ts'

export const evolve = (state: HostState, event: HostEvent): HostState => {
  if (event.type === 'HostRegistered') {
    return state.status === 'UNREGISTERED'
      ? {
          status: 'UP',
          hostId: event.data.hostId,
          description: event.data,
          claims: emptyLedger,
          sealingKeys: noSealingKeys,
          unlisted: {},
          refusal: state.refusal,
          answered: state.answered,
        }
      : { ...state, description: event.data }
  }
  if (event.type === 'HostRegistrationAnswered') {
    const { refusal, reportId: answered } = event.data
    return { ...state, refusal, answered }
  }
  if (state.status === 'UNREGISTERED') return state
  switch (event.type) {
    case 'HostSealingKeysOffered':
      return { ...state, sealingKeys: { ...state.sealingKeys, offered: event.data.keys } }
    case 'HostCapacityClaimed': {
      const { instanceId, sealingKey } = event.data
      const sealingKeys = sealingKey ? takeKey(state.sealingKeys, instanceId, sealingKey) : state.sealingKeys
      return { ...state, claims: reserve(state.claims, event.data), sealingKeys }
    }
    case 'HostClaimConfirmed':
      return { ...state, claims: commit(state.claims, event.data.instanceId, event.data) }
    case 'HostCapacityReleased':
      return {
        ...state,
        claims: release(state.claims, event.data.instanceId),
        sealingKeys: forgetKey(state.sealingKeys, event.data.instanceId),
      }
    case 'HostLost':
      return { ...state, status: 'LOST', lastSeenAt: event.data.lastSeenAt }
    case 'HostRemoved': {
      const { removedAt } = event.data
      return { ...registered(state), unlisted: {}, status: 'REMOVED', removedAt }
    }
    case 'HostReturned':
      return { ...registered(state), status: 'UP' }
    case 'HostInstanceFound': {
      const { instanceId, found } = event.data
      return { ...state, unlisted: { ...state.unlisted, [instanceId]: found } }
    }
    case 'HostInstanceSettled': {
      const { [event.data.instanceId]: _, ...unlisted } = state.unlisted
      return { ...state, unlisted }
    }
    default:
      return unreachable(event)
  }
}

/** What a host keeps from one status to the next. */
const registered = ({ hostId, description, claims, sealingKeys, unlisted, refusal, answered }: RegisteredHost) => ({
  hostId,
  description,
  claims,
  sealingKeys,
  unlisted,
  refusal,
  answered,
})
