import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { OperationId } from '../ids.ts'
import { changedDetails, tagCountRefusal } from '../values/instance-details.ts'
import { sameName } from '../values/names.ts'
import { observe, sameObserved } from '../values/observed-accounts.ts'
import { sameValues } from '../values/parameter.ts'
import type { InstanceCommand, NameFence } from './commands.ts'
import { withEndpoint } from './endpoint.ts'
import type { InstanceEvent } from './events.ts'
import { accountNamesOf, inTheWayOf } from './lanes.ts'
import { hasNode, primaryOf } from './nodes.ts'
import { sharedFailure } from './operations/define-operation.ts'
import { type ExclusiveKind, operationOf, type SharedKind } from './operations.ts'
import { reconcile, spokenFor } from './reconcile.ts'
import {
  alreadyExists,
  nameHeldTooLong,
  notAccepted,
  notFound,
  operationInProgress,
  toldTooLittle,
} from './refusals.ts'
import {
  type BusyInstance,
  firstEpoch,
  type InstanceState,
  isBusy,
  isInProgress,
  type KnownInstance,
  nextEpoch,
  nextSharedEpoch,
  restingStatusOf,
  sharedOf,
} from './state.ts'

type InstanceDecision = Decision<InstanceEvent>
type CommandOf<Type extends InstanceCommand['type']> = Extract<InstanceCommand, { readonly type: Type }>
export const decide = (command: InstanceCommand, state: InstanceState): InstanceDecision => {
  switch (command.type) {
    case 'RequestInstance':
      return requestInstance(command, state)
    case 'MoveInstance':
      return moveInstance(command, state)
    case 'AdoptInstance':
      return adoptInstance(command, state)
    case 'RenameInstance':
      return renameInstance(command, state)
    case 'ChangeDetails':
      return changeDetails(command, state)
    case 'LapseName':
      return lapseName(command, state)
    case 'RequestOperation':
      return requestOperation(command, state)
    case 'CompleteOperation':
      return isInProgress(state, command.operationId)
        ? completeOperation(command, state)
        : completeShared(command, state)
    case 'FailOperation':
      return isInProgress(state, command.operationId) ? failOperation(command, state) : failShared(command, state)
    case 'ReportHealth':
      return reportHealth(command, state)
    case 'ReportConfiguration':
      return reportConfiguration(command, state)
    case 'ReportAccounts':
      return reportAccounts(command, state)
    case 'ReconcileWithHost':
      return reconcile(command, state)
    case 'LoseHost':
      return loseHost(command, state)
    case 'RaiseNumbers':
      return raiseNumbers(command, state)
    default:
      return unreachable(command)
  }
}

const requestInstance = (command: CommandOf<'RequestInstance'>, state: InstanceState): InstanceDecision => {
  if (state.status !== 'ABSENT') {
    return isKnownOperation(state, command.operationId) ? accept() : reject(alreadyExists(state))
  }
  if (isFencedOff(command, state)) return reject(nameHeldTooLong(command.name))
  const { type: _, databases, users, nameFence: __, ...wish } = command
  return accept({
    type: 'InstanceRequested',
    data: { ...wish, databases: [...databases], users: [...users], epoch: firstEpoch },
  })
}

const moveInstance = (
  { type: _, users, ...place }: CommandOf<'MoveInstance'>,
  state: InstanceState,
): InstanceDecision =>
  state.status === 'PROVISIONING' && isInProgress(state, place.operationId) && place.epoch > state.epoch
    ? accept({ type: 'InstanceMoved', data: { ...place, users: [...users] } })
    : accept()

const adoptInstance = (command: CommandOf<'AdoptInstance'>, state: InstanceState): InstanceDecision => {
  const { type: _, running, removal, generation, ...found } = command
  if (state.status !== 'ABSENT' && state.status !== 'DELETED') {
    const isDone = removal && isKnownOperation(state, removal.operationId)
    return isDone ? accept() : reject(alreadyExists(state))
  }
  const adopted: InstanceEvent = {
    type: 'InstanceAdopted',
    data: { ...found, status: running ? 'ACTIVE' : 'STOPPED', generation: Math.max(generation, 0) },
  }
  if (!removal) return accept(adopted)
  return accept<InstanceEvent>(adopted, {
    type: 'InstanceDeletionRequested',
    data: { ...removal, epoch: command.epoch + 2 },
  })
}

const renameInstance = (
  { type: _, ...renamed }: CommandOf<'RenameInstance'>,
  state: InstanceState,
): InstanceDecision => {
  if (state.status === 'ABSENT' || state.status === 'DELETED') return reject(notFound())
  if (renamed.name === state.name) return accept()
  return isFencedOff(renamed, state)
    ? reject(nameHeldTooLong(renamed.name))
    : accept({ type: 'InstanceRenamed', data: renamed })
}

const changeDetails = ({ change }: CommandOf<'ChangeDetails'>, state: InstanceState): InstanceDecision => {
  if (state.status === 'ABSENT' || state.status === 'DELETED') return reject(notFound())
  const changed = changedDetails(state.details, change)
  const refusal = changed.tags && tagCountRefusal(changed.tags, 'setTags')
  if (refusal) return reject(refusal)
  return Object.keys(changed).length === 0 ? accept() : accept({ type: 'InstanceDetailsChanged', data: changed })
}

const lapseName = ({ type: _, ...lapsed }: CommandOf<'LapseName'>, state: InstanceState): InstanceDecision => {
  if (state.status === 'DELETED' || isFencedOff(lapsed, state)) return accept()
  const hasIt = state.status !== 'ABSENT' && sameName(state.name, lapsed.name)
  return hasIt ? accept() : accept({ type: 'InstanceNameLapsed', data: lapsed })
}

const isFencedOff = (
  { nameFence }: { readonly nameFence?: NameFence },
  state: { readonly nameFence?: NameFence },
): boolean => nameFence !== undefined && nameFence < (state.nameFence ?? 0)

const requestOperation = (command: CommandOf<'RequestOperation'>, state: InstanceState): InstanceDecision => {
  if (state.status === 'ABSENT') return reject(notFound())
  const { kind, wish, operationId, deadline } = command
  if (isKnownOperation(state, operationId)) return accept()
  if (state.status === 'DELETED') return reject(notFound())
  const inTheWay = inTheWayOf(kind, wish, { exclusive: isBusy(state) ? state.operation : null, shared: state.shared })
  if (inTheWay) return reject(operationInProgress(inTheWay))
  const operation = operationOf(kind)
  const isLost = state.status === 'FAILED' && !state.dataKept
  const takesLost = operation.lane === 'exclusive' && operation.acceptsLost === true
  const accepts = operation.accepts.includes(restingStatusOf(state)) && (!isLost || takesLost)
  if (!accepts) return reject(notAccepted(operation, state))
  const refusal = operation.refuses?.(state, wish)
  if (refusal) return reject(refusal)
  const epoch = operation.lane === 'shared' ? nextSharedEpoch(state) : nextEpoch(state)
  const asked = operation.completes?.(state, wish) ?? wish
  return accept(eventOf(operation.requested, { operationId, epoch, deadline, ...asked }))
}

/** By its definition: the type of an event and its data belong together there. */
const eventOf = (type: string, data: object): InstanceEvent => ({ type, data }) as InstanceEvent

/** Where the engine was started, a client query has just succeeded: it is healthy. Where it was stopped, there is no health to speak of. */
const completeOperation = (command: CommandOf<'CompleteOperation'>, state: BusyInstance): InstanceDecision => {
  const { operationId, results } = command
  const operation = operationOf<ExclusiveKind>(state.operation.kind)
  const applied = operation.applies(state, state.operation.wish, results)
  if (!applied) return reject(toldTooLittle(state.operation))
  const ended = [
    eventOf(operation.succeeded, { operationId, ...applied }),
    ...(operation.shows === 'SERVES' ? servesAgain(state) : []),
    ...(operation.shows === 'STOPPED' ? healthChange(state, isStopped) : []),
  ]
  return accept(...withEndpoint(state, operation, results, ended))
}

const completeShared = (
  { operationId, results }: CommandOf<'CompleteOperation'>,
  state: InstanceState,
): InstanceDecision => {
  const shared = sharedOf(state, operationId)
  if (!shared || state.status === 'ABSENT') return accept()
  const operation = operationOf<SharedKind>(shared.kind)
  const applied = operation.applies(state, shared.wish, results)
  return applied ? accept(eventOf(operation.succeeded, { operationId, ...applied })) : reject(toldTooLittle(shared))
}

const failShared = ({ operationId, fault }: CommandOf<'FailOperation'>, state: InstanceState): InstanceDecision =>
  sharedOf(state, operationId) ? accept({ type: sharedFailure, data: { operationId, fault } }) : accept()

const queried = 'a client query over the endpoint succeeded'
const isStopped = { health: 'UNKNOWN', reason: 'the engine was stopped as asked' } as const

const failOperation = (command: CommandOf<'FailOperation'>, state: BusyInstance): InstanceDecision => {
  const { operationId, fault, compensated, undoneTo, results } = command
  const operation = operationOf<ExclusiveKind>(state.operation.kind)
  const left = operation.leaves(state, { fault, compensated, undoneTo, results }, state.operation.wish)
  const failed = eventOf(operation.failed, { operationId, fault, ...left })
  return accept(...withEndpoint(state, operation, results, [failed, ...healthAfter(state, command, left.status)]))
}

const healthAfter = (
  state: BusyInstance,
  { compensated, undoneTo }: Pick<CommandOf<'FailOperation'>, 'compensated' | 'undoneTo'>,
  status: unknown,
): readonly InstanceEvent[] => {
  if (status === 'ACTIVE' && undoneTo === 'ACTIVE') return servesAgain(state)
  return status === 'STOPPED' && compensated ? healthChange(state, isStopped) : []
}

/** The health of an engine that is not there, not yet verified or stopped is nobody's concern. */
const reportHealth = (command: CommandOf<'ReportHealth'>, state: InstanceState): InstanceDecision => {
  if (state.status !== 'ABSENT' && (!hasNode(state, command) || isOvertaken(command, state))) return accept()
  if (isBusy(state))
    return operationOf<ExclusiveKind>(state.operation.kind).creates ? accept() : accept(...healthChange(state, command))
  switch (state.status) {
    case 'ABSENT':
    case 'STOPPED':
    case 'MISSING':
    case 'DELETED':
      return accept()
    case 'FAILED':
      if (!state.dataKept) return accept()
      return command.health === 'HEALTHY' && command.epoch >= spokenFor(state, { running: true })
        ? accept(recovered(state, command))
        : accept(...healthChange(state, command))
    case 'ACTIVE':
      return accept(...healthChange(state, command))
    default:
      return unreachable(state)
  }
}

/** A report that was sent again: it was taken in, or a later one was. */
const isOvertaken = ({ sequence }: CommandOf<'ReportHealth'>, { healthSequence }: KnownInstance): boolean =>
  sequence !== undefined && sequence <= healthSequence

/** The agent calls an engine healthy again only after a client query over the endpoint. What the operation failed for is over with that. */
const recovered = ({ epoch, generation }: KnownInstance, report: CommandOf<'ReportHealth'>): InstanceEvent => ({
  type: 'InstanceReconciled',
  data: { status: 'ACTIVE', epoch, generation, ...seenBy(report) },
})

const loseHost = ({ hostId, fault }: CommandOf<'LoseHost'>, state: InstanceState): InstanceDecision => {
  if (state.status === 'ABSENT' || state.status === 'DELETED' || isBusy(state)) return accept()
  const hasData = state.status !== 'FAILED' || state.dataKept
  return primaryOf(state).hostId === hostId && hasData
    ? accept({ type: 'InstanceHostRemoved', data: { hostId, fault } })
    : accept()
}

const raiseNumbers = (command: CommandOf<'RaiseNumbers'>, state: InstanceState): InstanceDecision => {
  const { epoch, generation } = command
  if (state.status === 'ABSENT' || !hasNode(state, command)) return accept()
  // What undoes the last operation has an epoch of its own, which is no news.
  if (epoch <= Math.max(state.epoch + 1, state.seenEpoch) && generation <= state.generation) return accept()
  const raised = { epoch: Math.max(epoch, state.seenEpoch), generation: Math.max(generation, state.generation) }
  return accept({ type: 'InstanceNumbersRaised', data: raised })
}

const reportConfiguration = (
  { nodeId, hostId, effective, refusal }: CommandOf<'ReportConfiguration'>,
  state: InstanceState,
): InstanceDecision => {
  if (state.status === 'ABSENT' || state.status === 'DELETED' || !hasNode(state, { nodeId, hostId })) return accept()
  const known = state.configuration
  return sameValues(known.effective, effective) && known.refusal === refusal
    ? accept()
    : accept({ type: 'InstanceConfigurationReported', data: { effective, refusal } })
}

/** While an instance is made, what it is to have comes bit by bit: nothing of it is behind anybody's back. */
const reportAccounts = (
  { nodeId, hostId, told }: CommandOf<'ReportAccounts'>,
  state: InstanceState,
): InstanceDecision => {
  if (state.status === 'ABSENT' || state.status === 'DELETED' || !hasNode(state, { nodeId, hostId })) return accept()
  if (isBusy(state) && operationOf<ExclusiveKind>(state.operation.kind).creates) return accept()
  const observed = observe(state.accounts, told, state.shared.flatMap(accountNamesOf))
  return sameObserved(state.observed, observed)
    ? accept()
    : accept({ type: 'InstanceAccountsObserved', data: observed })
}

type Seen = Omit<CommandOf<'ReportHealth'>, 'type' | 'nodeId' | 'hostId' | 'epoch'>

const seenBy = ({ health, reason, volumeStage, incident, sequence }: Seen) => ({
  health,
  reason,
  ...(volumeStage && { volumeStage }),
  ...(incident !== undefined && { incident }),
  ...(sequence !== undefined && { sequence }),
})

const healthChange = (state: KnownInstance, seen: Seen): readonly InstanceEvent[] => {
  const { health, volumeStage = state.volumeStage, incident = state.incident } = seen
  const isSame = health === state.health && volumeStage === state.volumeStage && incident === state.incident
  return isSame ? [] : [{ type: 'InstanceHealthChanged', data: seenBy(seen) }]
}

/** An engine whose volume is full answers queries and refuses writes: it stays as unhealthy as its agent says. */
const servesAgain = (state: KnownInstance): readonly InstanceEvent[] =>
  state.volumeStage === 'FULL' ? [] : healthChange(state, { health: 'HEALTHY', reason: queried })

const isKnownOperation = (state: KnownInstance, operationId: OperationId): boolean =>
  state.operationIds.includes(operationId)
