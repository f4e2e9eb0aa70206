import type { HostId } from '../../domain/ids.ts'
import type { InstanceState } from '../../domain/instance/index.ts'
import { operation, operationStream } from '../../domain/operation/index.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import { guestCommandId } from '../guest-command-ids.ts'
import type { CommandContext, Handler } from '../handle.ts'

/** `epoch`: the newest that the host has seen of the instance. */
type Found = { readonly hostId: HostId; readonly epoch: number }

/** Whether nothing of the instance belongs on this host any more: it was deleted, or another host has it. */
export const isGoneFrom = (state: InstanceState, hostId: HostId): boolean =>
  state.status !== 'ABSENT' && (state.status === 'DELETED' || state.hostId !== hostId)

/**
 * Asks a host once more to remove what it has of an instance that is gone from it: the host was lost when it was asked first, and the bus keeps
 * commands for a week at most. Answers whether it was asked: not where the log does not know that it left the instance there, or where the
 * host was told something later.
 */
export const removeLeftover = async (
  { handler, clock }: { readonly handler: Handler; readonly clock: WallClock },
  state: InstanceState,
  { hostId, epoch }: Found,
  context: CommandContext,
): Promise<boolean> => {
  if (state.status === 'ABSENT' || !isGoneFrom(state, hostId)) return false
  const { projectId, instanceId, operationIds } = state
  // An instance moves in its first operation alone, and its last one deletes it.
  const operationId = state.hostId === hostId ? operationIds.at(-1) : operationIds[0]
  if (operationId === undefined) return false
  const commandId = guestCommandId(operationId, context.commandId)
  const command = { type: 'RemoveLeftover', hostId, epoch, commandId, now: isoNow(clock) } as const
  const by = { ...context, correlationId: operationId, projectId, instanceId }
  const handled = await handler.handle(operation, operationStream(operationId), command, by)
  return handled.outcome === 'accepted' && handled.events.length > 0
}
