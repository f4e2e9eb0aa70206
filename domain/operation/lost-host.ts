import type { CommandId } from '../ids.ts'
import { operationOf, removes } from '../instance/operations.ts'
import { hostRemovedFault } from '../values/host-removed.ts'
import { plusMs } from '../values/time.ts'
import { outlastingMs } from './budget.ts'
import type { InputOf } from './commands.ts'
import type { OperationEvent } from './events.ts'
import { nothingDone, type Step } from './process.ts'
import {
  type BegunOperation,
  hasBegun,
  isAwaiting,
  isStepping,
  type Leftover,
  leftoverOf,
  type OperationState,
} from './state.ts'
import { commandIdOf, type Events, endStep, followedBy, issueCommand, proceed, reachOutcome, stepOf } from './steps.ts'

/** Settles what nobody has to wait for, and gives what another host may do in its place the time of the whole operation. */
export const handleHostLost = (state: OperationState, { hostId, now, removed }: InputOf<'HandleHostLost'>): Events => {
  if (!isAwaiting(state) || state.subject.hostId !== hostId) return []
  if (stepOf(state).settledWithoutHost) return endStep(state, { deferred: true }, now)
  const { movable } = operationOf(state.kind)
  if (removed && !movable) {
    return [reachOutcome(state.operationId, { outcome: 'FAILED', fault: hostRemovedFault, compensated: false })]
  }
  if (state.status !== 'RUNNING' || !movable || state.step.hostLost) return []
  return [{ type: 'OperationHostLost', data: { hostId, deadline: state.forwardDeadline } }]
}

/** All over again on another host. What the former one has of it is fenced off, and removed as soon as it hears of that. */
export const moveOperation = (state: OperationState, input: InputOf<'MoveOperation'>): Events => {
  const { from, nodeId, hostId, sealingKey, users, commandIds, now } = input
  if (state.status !== 'RUNNING' || !isAwaiting(state) || !operationOf(state.kind).movable) return []
  if (state.subject.hostId !== from) return []
  const { operationId, subject } = state
  const moved: OperationEvent = {
    type: 'OperationMoved',
    // Above what undoes the steps on the host that is left, which may be asked once more.
    data: { operationId, from, nodeId, hostId, sealingKey, users: [...users], epoch: subject.epoch + 2, commandIds },
  }
  const removal = removalOf(state, leftoverOf(state), commandIdOf(state, removingStep(state).name), now)
  return followedBy(state, [moved, removal], (next) => proceed(next, now))
}

/** Asks a host once more to remove the node that it was left with. One that has seen a later epoch of it was told other things since. */
export const removeLeftover = (state: OperationState, input: InputOf<'RemoveLeftover'>): Events => {
  if (!hasBegun(state) || state.lastCommandId === input.commandId) return []
  const leftover = leftoversOf(state).find(({ nodeId, hostId }) => nodeId === input.nodeId && hostId === input.hostId)
  if (!leftover || input.epoch > leftover.epoch) return []
  return [removalOf(state, leftover, input.commandId, input.now)]
}

const leftoversOf = (state: BegunOperation): readonly Leftover[] => {
  if (!removes(state.kind) || isStepping(state)) return state.leftovers
  const { nodeId, nodeGeneration, hostId, epoch, sealingKey } = state.subject
  return [{ nodeId, nodeGeneration, hostId, epoch, sealingKey }]
}

/** The step after which nothing of the instance is left. */
const removingStep = ({ kind }: BegunOperation): Step => {
  const { steps, compensation } = operationOf(kind)
  const removing = [...steps, ...compensation].find((step) => step.settledWithoutHost)
  if (!removing) throw new Error(`the ${kind} process removes nothing`)
  return removing
}

const removalOf = (state: BegunOperation, leftover: Leftover, commandId: CommandId, now: string): OperationEvent => {
  const { epoch, ...place } = leftover
  const deadline = plusMs(now, outlastingMs)
  const subject = { ...state.subject, ...place }
  return issueCommand(state, removingStep(state), { subject, done: nothingDone }, { commandId, epoch, deadline })
}
