import { accept, type Decision } from '../decider.ts'
import type { FoundOnHost, InstanceCommand } from './commands.ts'
import { endpointChange } from './endpoint.ts'
import type { InstanceEvent } from './events.ts'
import { hasNode } from './nodes.ts'
import { type InstanceState, isBusy, type KnownInstance } from './state.ts'

type ReconcileWithHost = Extract<InstanceCommand, { readonly type: 'ReconcileWithHost' }>

/**
 * What the log says of an instance at rest follows what its host has: an operation in progress ends first. A host that has seen a later epoch
 * than the log knows of carried out operations that the log has lost, so its word goes before the log's. One that has not is believed in
 * what it lacks and in what it has again.
 */
export const reconcile = (command: ReconcileWithHost, state: InstanceState): Decision<InstanceEvent> => {
  const { found } = command
  if (state.status === 'ABSENT' || state.status === 'DELETED' || !hasNode(state, command) || isBusy(state)) {
    return accept()
  }
  if (!found) return accept(...missing(state))
  const changes = statusChange(state, found)
  // Of an instance that was never verified nobody was told an endpoint.
  const isPublished = state.endpoint !== null || changes.length > 0
  return accept(...changes, ...(isPublished ? endpointChange(state, found) : []))
}

const missing = (state: KnownInstance): readonly InstanceEvent[] => {
  // Nothing is expected of an instance whose provisioning was undone.
  if (state.status === 'MISSING' || (state.status === 'FAILED' && !state.dataKept)) return []
  const { epoch, generation } = state
  const reason = 'its host does not have it any more'
  return [{ type: 'InstanceReconciled', data: { status: 'MISSING', health: 'UNREACHABLE', reason, epoch, generation } }]
}

const statusChange = (state: KnownInstance, found: FoundOnHost): readonly InstanceEvent[] => {
  const status = found.running ? 'ACTIVE' : 'STOPPED'
  // What undoes an operation has the epoch after it.
  const isAhead = found.epoch > state.epoch + 1
  const isBack = state.status === 'MISSING'
  const isCured =
    state.status === 'FAILED' && state.dataKept && isVerified(found) && found.epoch >= spokenFor(state, found)
  if (!isBack && !isCured && (!isAhead || status === state.status)) return []
  return [
    {
      type: 'InstanceReconciled',
      data: {
        status,
        health: found.running ? found.health : 'UNKNOWN',
        reason: isBack
          ? 'its host has it again'
          : isCured
            ? `the engine ${found.running ? 'is back' : 'has been stopped'}`
            : `its host was told later than this log knows of that it is to be ${found.running ? 'running' : 'stopped'}`,
        epoch: Math.max(found.epoch, state.epoch),
        generation: Math.max(found.generation, state.generation),
      },
    },
  ]
}

/**
 * The epoch that a host must have heard of for its word to cure a failure: what it said before says nothing of what the operation that failed has
 * done. Of an engine that is to be stopped again, it is that of the undoing.
 */
export const spokenFor = (state: KnownInstance, { running }: Pick<FoundOnHost, 'running'>): number =>
  state.status === 'FAILED' && state.mayYetStop && running ? state.epoch + 1 : state.epoch

/** An agent says `HEALTHY` after a client query over the endpoint, and `UNKNOWN` of an engine that it has stopped. */
const isVerified = ({ running, health }: FoundOnHost): boolean => health === (running ? 'HEALTHY' : 'UNKNOWN')
