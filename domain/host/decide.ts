import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { NodeId } from '../ids.ts'
import { getById } from '../values/id-map.ts'
import {
  commitmentOf,
  dropIncrease,
  excessOf,
  heldIds,
  holdingOf,
  increase,
  isHeld,
  type Lapsed,
  lapse,
  release,
  reservationOf,
  reserve,
  settle,
} from '../values/ledger.ts'
import { sameResources } from '../values/resources.ts'
import { ownersOf } from './capacity.ts'
import { isAdmitted, isOvertaken, noChannel } from './channel.ts'
import type { HostCommand } from './commands.ts'
import { isSameDescription } from './description.ts'
import type { HostEvent } from './events.ts'
import {
  hostCordoned,
  hostGone,
  hostInUse,
  hostLost,
  hostUnreachable,
  noCapacity,
  noPlace,
  noSealingKey,
  notLetInAgain,
  unknownEngine,
  unregistered,
} from './refusals.ts'
import { freeKeys, isSameOffer } from './sealing-keys.ts'
import type { HostState, RegisteredHost, UnlistedNode } from './state.ts'

type HostDecision = Decision<HostEvent>
type CommandOf<Type extends HostCommand['type']> = Extract<HostCommand, { readonly type: Type }>
type ClaimCapacity = CommandOf<'ClaimCapacity'>
type OfNode = Pick<ClaimCapacity, 'hostId' | 'nodeId' | 'instanceId'>

const asksOfHost: readonly HostCommand['type'][] = [
  'ClaimCapacity',
  'ConfirmClaim',
  'CordonHost',
  'RemoveHost',
  'TakeSealingKey',
  'UncordonHost',
]
/** What came to be of its databases, and what somebody waits for. All that a removed host says of itself counts no more. */
const concernsRemoved: readonly HostCommand['type'][] = [
  'ClaimCapacity',
  'ConfirmClaim',
  'CordonHost',
  'ReleaseCapacity',
  'ReleaseClaim',
  'RemoveHost',
  'TakeSealingKey',
  'UncordonHost',
]

export const decide = (command: HostCommand, state: HostState): HostDecision => {
  if (command.type === 'RegisterHost') return register(command, state)
  if (command.type === 'RefuseRegistration') return accept(...answer(command, command.reason, state))
  const { hostId } = command
  // Only what somebody waits for is refused; what merely reports or lets go has nothing to do here.
  if (state.status === 'UNREGISTERED') {
    return asksOfHost.includes(command.type) ? reject(unregistered(hostId)) : accept()
  }
  if (state.status === 'REMOVED' && !concernsRemoved.includes(command.type)) return accept()
  switch (command.type) {
    case 'RefuseKey': {
      const { signingKey } = command
      if (state.channel.refusedKey !== null || state.channel.signingKey === signingKey) return accept()
      return accept({ type: 'HostKeyRefused', data: { hostId, signingKey } })
    }
    case 'OfferSealingKeys': {
      if (isOvertaken(state.channel, command.sequence)) return accept()
      const keys = freeKeys(state.sealingKeys, command.keys)
      if (isSameOffer(keys, state.sealingKeys.offered)) return accept()
      return accept({ type: 'HostSealingKeysOffered', data: { hostId, keys: [...keys], ...after(command.sequence) } })
    }
    case 'TakeSealingKey': {
      const { operationId } = command
      const { last, offered } = state.sealingKeys
      if (last?.operationId === operationId) return accept()
      if (state.status === 'REMOVED') return reject(hostGone(state.description, state.removedAt))
      if (state.status === 'LOST') return reject(hostUnreachable(state.description, state.lastSeenAt, 'password'))
      const [sealingKey] = offered
      if (sealingKey === undefined) return reject(noSealingKey(state.description))
      return accept({ type: 'HostSealingKeyTaken', data: { hostId, operationId, sealingKey } })
    }
    case 'ClaimCapacity':
      return claimCapacity(command, state)
    case 'ConfirmClaim': {
      const settled = settle(state.claims, { ...command, holder: command.nodeId })
      return settled === state.claims ? accept() : accept(...holds(command, settled))
    }
    case 'ReleaseCapacity':
      return releaseCapacity(command, command.reason, state)
    case 'ReleaseClaim': {
      if (!commitmentOf(state.claims, command.nodeId)) return releaseCapacity(command, 'NOT_REQUESTED', state)
      const rest = dropIncrease(state.claims, { ...command, holder: command.nodeId })
      return rest === state.claims ? accept() : accept(...holds(command, rest))
    }
    case 'CordonHost':
      return cordonHost(command, state)
    case 'UncordonHost':
      if (state.status === 'REMOVED') return reject(hostGone(state.description, state.removedAt))
      return state.cordon ? accept({ type: 'HostUncordoned', data: { hostId } }) : accept()
    case 'RemoveHost':
      return removeHost(command, state)
    case 'ReportHostLost':
      if (state.status === 'LOST') return accept()
      return accept({
        type: 'HostLost',
        data: { hostId, lastSeenAt: command.lastSeenAt, ...after(command.heard) },
      })
    case 'ReportUnlisted': {
      const { nodeId, instanceId, found, sequence } = command
      const isKnown = isSameFound(state.unlisted[nodeId], { ...found, instanceId })
      if (isKnown || isOvertaken(state.channel, sequence)) return accept()
      return accept({ type: 'HostNodeFound', data: { hostId, nodeId, instanceId, found, ...after(sequence) } })
    }
    case 'SettleUnlisted': {
      const { nodeId, instanceId, sequence } = command
      return state.unlisted[nodeId] && !isOvertaken(state.channel, sequence)
        ? accept({ type: 'HostNodeSettled', data: { hostId, nodeId, instanceId, ...after(sequence) } })
        : accept()
    }
    case 'ReportHostReturned':
      return state.status === 'LOST'
        ? accept({ type: 'HostReturned', data: { hostId, ...after(command.heard) } })
        : accept()
    default:
      return unreachable(command)
  }
}

/** A lost host stays lost until its heartbeats are back: only they tell how its instances are. */
const register = (command: CommandOf<'RegisterHost'>, state: HostState): HostDecision => {
  const { description, key } = command
  const channel = state.status === 'UNREGISTERED' ? noChannel : state.channel
  if (!isAdmitted(channel, key) || isOvertaken(channel, key?.sequence)) return accept()
  if (state.status === 'REMOVED') {
    return accept(...answer(command, notLetInAgain(state.description, state.removedAt), state))
  }
  const isSameKey = key === null || key.signingKey === channel.signingKey
  const isKnown = state.status !== 'UNREGISTERED' && isSameKey && isSameDescription(state.description, description)
  const signed = key && { signingKey: key.signingKey, sequence: key.sequence }
  const registered: readonly HostEvent[] = isKnown
    ? []
    : [{ type: 'HostRegistered', data: { ...description, ...signed } }]
  return accept<HostEvent>(...registered, ...answer(command, null, state))
}

/** What the events of a message are marked with. */
const after = (sequence: number | undefined) => (sequence === undefined ? {} : { sequence })

/** What its agent must be told: nothing where it knows, or has been told for this report. */
const answer = (
  { description, refusal, reportId }: CommandOf<'RegisterHost' | 'RefuseRegistration'>,
  reason: string | null,
  state: HostState,
): readonly HostEvent[] => {
  const isKnown = state.refusal === reason && refusal === reason
  if (isKnown || state.answered === reportId) return []
  const { hostId, name } = description
  return [{ type: 'HostRegistrationAnswered', data: { hostId, name, refusal: reason, reportId } }]
}

const removeHost = ({ hostId, force, now }: CommandOf<'RemoveHost'>, state: RegisteredHost): HostDecision => {
  if (state.status === 'REMOVED') return accept()
  const held = heldIds(lapse(state.claims, now).live).length
  if (state.status === 'UP' && held > 0 && !force) return reject(hostInUse(state.description, held))
  return accept({ type: 'HostRemoved', data: { hostId, removedAt: now } })
}

const cordonHost = ({ hostId, reason, now }: CommandOf<'CordonHost'>, state: RegisteredHost): HostDecision => {
  if (state.status === 'REMOVED') return reject(hostGone(state.description, state.removedAt))
  if (state.cordon?.reason === reason) return accept()
  return accept({ type: 'HostCordoned', data: { hostId, since: state.cordon?.since ?? now, reason } })
}

/** A label is given once. */
const isSameFound = (a: UnlistedNode | undefined, b: UnlistedNode): boolean =>
  a !== undefined &&
  a.instanceId === b.instanceId &&
  a.running === b.running &&
  a.port === b.port &&
  a.epoch === b.epoch &&
  a.generation === b.generation &&
  (a.label === null) === (b.label === null)

const claimCapacity = (command: ClaimCapacity, state: RegisteredHost): HostDecision => {
  const { hostId, nodeId, instanceId, operationId, resources, datastore, version, hasSecrets, now, expiresAt } = command
  if (state.status === 'REMOVED') return reject(hostGone(state.description, state.removedAt))
  const lapsed = lapse(state.claims, now)
  const { live } = lapsed
  if (commitmentOf(live, nodeId)) {
    const increased = increase(live, { operationId, holder: nodeId, resources, expiresAt })
    if (increased === live) return accept()
    if (state.status === 'LOST') return reject(hostUnreachable(state.description, state.lastSeenAt, 'operation'))
    const excess = excessOf(state.description.capacity, live, increased)
    if (excess) return reject(noCapacity(state.description, excess))
    return accept(...lapsedEvents(state, lapsed), ...holds(command, increased))
  }
  const claim = reservationOf(live, nodeId)
  if (claim && sameResources(claim.resources, resources)) return accept()

  const { description } = state
  if (state.status === 'LOST') return reject(hostLost(description, state.lastSeenAt))
  if (state.cordon) return reject(hostCordoned(description, state.cordon))
  const hasEngine = description.engines.some((engine) => engine.datastore === datastore && engine.version === version)
  if (!hasEngine) return reject(unknownEngine(description, datastore, version))
  const others = release(live, nodeId)
  const { instances } = others.total
  const { capacity, instanceLimit } = description
  if (instanceLimit && instances >= instanceLimit.atMost) return reject(noPlace(description, instanceLimit, instances))
  const excess = excessOf(capacity, others, reserve(others, { holder: nodeId, resources, expiresAt }))
  if (excess) return reject(noCapacity(description, excess))
  const sealingKey = hasSecrets ? (getById(state.sealingKeys.taken, nodeId) ?? state.sealingKeys.offered[0]) : null
  if (sealingKey === undefined) return reject(noSealingKey(description))
  return accept<HostEvent>(...lapsedEvents(state, lapsed), {
    type: 'HostCapacityClaimed',
    data: { hostId, nodeId, instanceId, resources, expiresAt, ...(sealingKey && { sealingKey }) },
  })
}

const releaseCapacity = (
  { hostId, nodeId, instanceId }: OfNode,
  reason: CommandOf<'ReleaseCapacity'>['reason'] | 'NOT_REQUESTED',
  { claims }: RegisteredHost,
): HostDecision =>
  isHeld(claims, nodeId)
    ? accept({ type: 'HostCapacityReleased', data: { hostId, nodeId, instanceId, reason } })
    : accept()

const lapsedEvents = (state: RegisteredHost, { live, expired, reduced }: Lapsed<NodeId>): readonly HostEvent[] => [
  ...ownersOf(state, expired).map(
    (node) => ({ type: 'HostCapacityReleased', data: { hostId: state.hostId, ...node, reason: 'EXPIRED' } }) as const,
  ),
  ...ownersOf(state, reduced).flatMap((node) => holds({ hostId: state.hostId, ...node }, live)),
]

const holds = ({ hostId, nodeId, instanceId }: OfNode, claims: RegisteredHost['claims']): readonly HostEvent[] => {
  const holding = holdingOf(claims, nodeId)
  return holding ? [{ type: 'HostClaimConfirmed', data: { hostId, nodeId, instanceId, ...holding } }] : []
}
