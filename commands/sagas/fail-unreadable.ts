import { exclusion, exclusionStream } from '../../domain/exclusion/index.ts'
import { type OperationId, parseCommandId } from '../../domain/ids.ts'
import { operation, operationStream, unreadableHistoryFault } from '../../domain/operation/index.ts'
import { unreadableReasons } from '../../domain/read-event.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import { deriveId } from '../../kernel/ids.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { type HistoryFault, UnreadableHistory } from '../history.ts'

/**
 * Ends an operation whose stream has an event that cannot be read: the event is left out, and the operation fails and is undone. Where
 * events are missing there is nothing to decide on. Telling it twice changes nothing. Throws what the handler throws.
 */
export const failUnreadable = async (
  { handler, clock }: { readonly handler: Handler; readonly clock: WallClock },
  operationId: OperationId,
  fault: HistoryFault,
  context: CommandContext,
): Promise<void> => {
  if (!isExcludable(fault)) throw new UnreadableHistory(fault)
  const { stream, revision, eventType } = fault
  const excludedBy = parseCommandId(deriveId('exclusion', stream, String(revision)))
  await handler.handle(
    exclusion,
    exclusionStream(stream),
    {
      type: 'ExcludeEvent',
      stream,
      revision,
      eventType: eventType ?? '',
      note: 'so that the operation can end',
      excludedBy,
    },
    context,
  )
  const what = `revision ${revision} of its stream, ${eventType}, cannot be read: ${fault.detail}`
  const command = { type: 'FailUnreadable', fault: unreadableHistoryFault(what), now: isoNow(clock) } as const
  await handler.handle(operation, operationStream(operationId), command, context)
}

const isExcludable = ({ reason }: HistoryFault): boolean => unreadableReasons.some((each) => each === reason)
