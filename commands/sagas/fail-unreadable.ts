import type { Category } from '../../domain/aggregates.ts'
import { exclusion, exclusionStream } from '../../domain/exclusion/index.ts'
import { parseCommandId } from '../../domain/ids.ts'
import { unreadableReasons } from '../../domain/read-event.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import { deriveId } from '../../kernel/ids.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { type HistoryFault, UnreadableHistory } from '../history.ts'
import type { Due } from './timers.ts'

/**
 * For an aggregate that others wait for, as an operation is, and whose stream has an event that cannot be read: the event is left out, and the
 * aggregate is told, so that it ends. Where events are missing there is nothing to decide on. Telling it twice changes nothing. Throws what the handler throws.
 */
export const failUnreadable = async (
  { handler, clock }: { readonly handler: Handler; readonly clock: WallClock },
  { aggregate, beginning }: Pick<Due, 'aggregate' | 'beginning'>,
  fault: HistoryFault,
  context: CommandContext,
): Promise<void> => {
  const { stream } = fault
  const { category, timer } = aggregate
  await leaveOut(handler, category, fault, context)
  const overdue = beginning && timer.unreadBeginning?.whenDue(stream, describe(beginning.fault))
  await handler.handle(aggregate, stream, overdue ?? timer.whenUnreadable(describe(fault), isoNow(clock)), context)
}

const describe = ({ revision, eventType, detail }: HistoryFault): string =>
  `revision ${revision} of its stream, ${eventType}, cannot be read: ${detail}`

/** Declares the event left out, so that what has it in its stream can end. Throws `UnreadableHistory` where events are missing, and what the handler throws. */
export const leaveOut = async (
  handler: Handler,
  category: Category,
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
      note: `so that the ${category} can end`,
      excludedBy,
    },
    context,
  )
}

const isExcludable = ({ reason }: HistoryFault): boolean => unreadableReasons.some((each) => each === reason)
