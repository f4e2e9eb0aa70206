import type { CofferEvent } from '../../domain/catalogue.ts'
import { phaseOf } from '../../domain/instance/operations.ts'
import { operation, operationCategory, operationStream, unreadableHistoryFault } from '../../domain/operation/index.ts'
import type { Reaction } from '../../domain/reactions/reaction.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import type { CommandContext, Handler } from '../handle.ts'
import type { UnreadableHistory } from '../history.ts'
import { leaveOut } from './fail-unreadable.ts'
import { perform } from './perform.ts'

/**
 * An operation that was asked for must end, and the timers know only of those that have begun. So one that cannot begin, because a history
 * it rests on cannot be read, fails at once. Does nothing for an event that asks for none. `reactions`:
 * what the event leads to, empty where even that cannot be read. Throws what the handler throws.
 */
export const failUnbegun = async (
  deps: { readonly handler: Handler; readonly clock: WallClock },
  event: CofferEvent,
  reactions: readonly Reaction[],
  { fault: history, message }: UnreadableHistory,
  context: CommandContext,
): Promise<void> => {
  if (phaseOf(event.type)?.phase !== 'requested' || !('operationId' in event.data)) return
  if (event.data.operationId === null) return
  const { operationId } = event.data
  const stream = operationStream(operationId)
  const fault = unreadableHistoryFault(message)
  if (history.stream === stream) {
    await leaveOut(deps.handler, operationCategory, history, context)
    // It may have begun, and this is a repeat of the request: then it is undone.
    const undo = { type: 'FailUnreadable', fault, now: isoNow(deps.clock) } as const
    await deps.handler.handle(operation, stream, undo, context)
  }
  const start = reactions.find(({ command }) => command.type === 'StartOperation')
  if (start?.target === 'operation' && start.command.type === 'StartOperation') {
    await perform(deps, { ...start, command: { ...start.command, fault } }, context)
  } else {
    await deps.handler.handle(operation, stream, { type: 'FailUnbegun', operationId, fault }, context)
  }
}
