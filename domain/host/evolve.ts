import { unreachable } from '../decider.ts'
import { emptyIdMap, putById, removeById } from '../values/id-map.ts'
import { commit, emptyLedger, release, reserve } from '../values/ledger.ts'
import { pick } from '../values/pick.ts'
import { heard, noChannel, registeredBy, reported } from './channel.ts'
import type { HostEvent } from './events.ts'
import { forgetKey, noSealingKeys, takeKey, takeKeyFor } from './sealing-keys.ts'
import type { HostState, RegisteredHost } from './state.ts'

export const evolve = (state: HostState, event: HostEvent): HostState => {
  if (event.type === 'HostRegistered') {
    const { signingKey, sequence, ...description } = event.data
    const before = state.status === 'UNREGISTERED' ? noChannel : state.channel
    const channel = registeredBy(before, signingKey, sequence)
    return state.status === 'UNREGISTERED'
      ? {
          status: 'UP',
          hostId: description.hostId,
          description,
          channel,
          claims: emptyLedger,
          owners: emptyIdMap,
          sealingKeys: noSealingKeys,
          unlisted: {},
          cordon: null,
          refusal: state.refusal,
          answered: state.answered,
        }
      : { ...state, description, channel }
  }
  if (event.type === 'HostRegistrationAnswered') {
    const { refusal, reportId: answered } = event.data
    return { ...state, refusal, answered }
  }
  if (state.status === 'UNREGISTERED') return state
  switch (event.type) {
    case 'HostKeyRefused':
      return { ...state, channel: { ...state.channel, refusedKey: event.data.signingKey } }
    case 'HostSealingKeysOffered': {
      const sealingKeys = { ...state.sealingKeys, offered: event.data.keys }
      return { ...state, sealingKeys, channel: reported(state.channel, event.data.sequence) }
    }
    case 'HostSealingKeyTaken': {
      const { operationId, sealingKey } = event.data
      return { ...state, sealingKeys: takeKeyFor(state.sealingKeys, operationId, sealingKey) }
    }
    case 'HostCapacityClaimed': {
      const { nodeId, instanceId, resources, expiresAt, sealingKey } = event.data
      const sealingKeys = sealingKey ? takeKey(state.sealingKeys, nodeId, sealingKey) : state.sealingKeys
      const claims = reserve(state.claims, { holder: nodeId, resources, expiresAt })
      return { ...state, claims, owners: putById(state.owners, nodeId, instanceId), sealingKeys }
    }
    case 'HostClaimConfirmed': {
      const { nodeId, instanceId, ...holding } = event.data
      const claims = commit(state.claims, nodeId, holding)
      return { ...state, claims, owners: putById(state.owners, nodeId, instanceId) }
    }
    case 'HostCapacityReleased': {
      const { nodeId } = event.data
      return {
        ...state,
        claims: release(state.claims, nodeId),
        owners: removeById(state.owners, nodeId),
        sealingKeys: forgetKey(state.sealingKeys, nodeId),
      }
    }
    case 'HostCordoned': {
      const { since, reason } = event.data
      return { ...state, cordon: { since, reason } }
    }
    case 'HostUncordoned':
      return { ...state, cordon: null }
    case 'HostLost':
      return {
        ...state,
        status: 'LOST',
        lastSeenAt: event.data.lastSeenAt,
        channel: heard(state.channel, event.data.sequence),
      }
    case 'HostRemoved': {
      const { removedAt } = event.data
      return { ...registered(state), unlisted: {}, status: 'REMOVED', removedAt }
    }
    case 'HostReturned':
      return { ...registered(state), channel: heard(state.channel, event.data.sequence), status: 'UP' }
    case 'HostNodeFound': {
      const { nodeId, instanceId, found, sequence } = event.data
      const unlisted = { ...state.unlisted, [nodeId]: { ...found, instanceId } }
      return { ...state, unlisted, channel: reported(state.channel, sequence) }
    }
    case 'HostNodeSettled': {
      const { [event.data.nodeId]: _, ...unlisted } = state.unlisted
      return { ...state, unlisted, channel: reported(state.channel, event.data.sequence) }
    }
    default:
      return unreachable(event)
  }
}

/** What a host keeps from one status to the next. */
const registered = (host: RegisteredHost) =>
  pick(
    host,
    'hostId',
    'description',
    'claims',
    'owners',
    'sealingKeys',
    'unlisted',
    'cordon',
    'refusal',
    'answered',
    'channel',
  )
