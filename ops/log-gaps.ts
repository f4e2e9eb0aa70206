import { beforeFirst, type EventStore } from '../commands/ports/event-store.ts'
import { checkEvents } from '../domain/read-event.ts'
import type { StreamName } from '../domain/stream.ts'

/** A stream that is not whole: revisions from `from` up to before `to` are not in the event store any more. */
export type LogGap = { readonly stream: StreamName; readonly from: number; readonly to: number }

/**
 * Reads the whole log and names the revisions that are missing in streams of ours, at their heads or between. Memory grows with the number
 * of streams. Throws what the store throws.
 */
export const findLogGaps = async (
  eventStore: Pick<EventStore, 'readAll'>,
  signal: AbortSignal,
): Promise<readonly LogGap[]> => {
  const next = new Map<StreamName, number>()
  const gaps: LogGap[] = []
  for await (const events of eventStore.readAll({ after: beforeFirst, signal })) {
    for (const { stored } of checkEvents(events)) {
      const { stream, revision } = stored
      const expected = next.get(stream) ?? 0
      if (revision > expected) gaps.push({ stream, from: expected, to: revision })
      next.set(stream, revision + 1)
    }
  }
  return gaps
}
