import { hasNode, type InstanceState, type NodeOnHost, primaryOf } from '../../domain/instance/index.ts'
import { operation, operationStream } from '../../domain/operation/index.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import { guestCommandId } from '../guest-command-ids.ts'
import type { CommandContext, Handler } from '../handle.ts'

/** `epoch`: the newest that the host has seen of the node. */
type Found = NodeOnHost & { readonly epoch: number }

/** Whether nothing of the node is to be there any more: its instance was deleted, or another node has taken its place. */
const isGone = (state: InstanceState, node: NodeOnHost): boolean =>
  state.status !== 'ABSENT' && (state.status === 'DELETED' || !hasNode(state, node))

/**
 * Whether the log says for certain that nothing of the node is to run: another has taken its place, or its instance is deleted or was never made. Of one that
 * is newer than those that the log knows nothing is said: a log that was restored from a backup may not know it yet.
 */
export const isDone = (
  state: InstanceState,
  { nodeGeneration, ...node }: NodeOnHost & { readonly nodeGeneration: number },
): boolean => {
  if (state.status === 'ABSENT') return false
  if (state.status === 'DELETED' || (state.status === 'FAILED' && !state.dataKept)) return true
  return !hasNode(state, node) && nodeGeneration <= primaryOf(state).generation
}

/**
 * Asks a host once more to remove a node that is gone: the host was lost when it was asked first, and the bus keeps
 * commands for a week at most. Answers whether it was asked: not where the log does not know of the node, or where the
 * host was told something later.
 */
export const removeLeftover = async (
  { handler, clock }: { readonly handler: Handler; readonly clock: WallClock },
  state: InstanceState,
  { epoch, ...node }: Found,
  context: CommandContext,
): Promise<boolean> => {
  if (state.status === 'ABSENT' || !isGone(state, node)) return false
  const { projectId, instanceId, operationIds } = state
  // An instance moves in its first operation alone, and its last one deletes it.
  const operationId = hasNode(state, node) ? operationIds.at(-1) : operationIds[0]
  if (operationId === undefined) return false
  const commandId = guestCommandId(operationId, context.commandId)
  const command = { type: 'RemoveLeftover', ...node, epoch, commandId, now: isoNow(clock) } as const
  const by = { ...context, correlationId: operationId, projectId, instanceId }
  const handled = await handler.handle(operation, operationStream(operationId), command, by)
  return handled.outcome === 'accepted' && handled.events.length > 0
}
