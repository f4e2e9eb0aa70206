import { aggregateOf } from '../../domain/aggregates.ts'
import { host, hostStream } from '../../domain/host/index.ts'
import { removes } from '../../domain/instance/operations.ts'
import { type OperationInput, operation, operationStream } from '../../domain/operation/index.ts'
import type { Reaction } from '../../domain/reactions/reaction.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import { guestCommandIds } from '../guest-command-ids.ts'
import type { CommandContext, Handler } from '../handle.ts'

type Start = Extract<OperationInput, { readonly type: 'StartOperation' }>

/** Adds what a pure function could not know. */
const toInput = (
  command: Extract<Reaction, { readonly target: 'operation' }>['command'],
  now: string,
  traceparent: string | undefined,
): OperationInput => {
  if (command.type === 'ConfirmOutcome') return { ...command, now }
  const commandIds = guestCommandIds(command.operationId, command.kind)
  return { ...command, now, commandIds, ...(traceparent === undefined ? {} : { traceparent }) }
}

/**
 * Carries out what an event led to. Answers the rejection, if there was one: nobody asked, so nobody can be told, and it means that two
 * parts of the program disagree. Throws `EventStoreUnavailable`; carrying it out again does no harm.
 */
export const perform = async (
  { handler, clock }: { readonly handler: Handler; readonly clock: WallClock },
  reaction: Reaction,
  context: CommandContext,
): Promise<Rejection | null> => {
  const handled = await dispatchReaction(handler, reaction, context, isoNow(clock))
  return handled.outcome === 'rejected' ? handled.rejection : null
}

/** After its start is in the log: if the host is lost any later, that finds the operation begun. */
const settleWithoutHost = async (
  handler: Handler,
  { operationId, subject: { hostId }, now }: Start,
  context: CommandContext,
): Promise<void> => {
  const { state } = await handler.load(host, hostStream(hostId))
  if (state.status !== 'LOST' && state.status !== 'REMOVED') return
  await handler.handle(operation, operationStream(operationId), { type: 'HandleHostLost', hostId, now }, context)
}

/** No other command gets the time: some deciders store every field of their command in the event. */
const takesTime = ({ target, command }: Reaction): boolean =>
  target === 'configuration' || command.type === 'KeepBackup' || command.type === 'RetireBackup'

const dispatchReaction = async (handler: Handler, reaction: Reaction, context: CommandContext, now: string) => {
  if (reaction.target !== 'operation') {
    const target = aggregateOf(reaction.target)
    const command = takesTime(reaction) ? { ...reaction.command, now } : reaction.command
    return handler.handle(target, target.stream(reaction.id), command, context)
  }
  const input = toInput(reaction.command, now, context.traceparent)
  const begins = input.type === 'StartOperation'
  const handled = await handler.handle(operation, operationStream(reaction.id), input, context, { begins })
  if (input.type === 'StartOperation' && removes(input.kind)) await settleWithoutHost(handler, input, context)
  return handled
}
