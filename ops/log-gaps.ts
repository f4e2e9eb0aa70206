import { beforeFirst, type EventStore } from '../commands/ports/event-store.ts'
import { isCut, type StreamCondition } from '../commands/ports/stream-inspector.ts'
import { checkEvents } from '../domain/read-event.ts'
import type { StreamName } from '../domain/stream.ts'

/**
 * A stream that is not whole: revisions from `from` up to before `to` are not in the event store any more, or nobody may read them. `to`: null where
 * nothing is left.
 */
export type LogGap = { readonly stream: StreamName; readonly from: number; readonly to: number | null }

/** `gaps`: the first of them. `count`: how many there are. */
export type LogGaps = { readonly gaps: readonly LogGap[]; readonly count: number }

const maxGaps = 100

/**
 * Reads the whole log and names the revisions that are missing in streams of ours, at their heads or between. A store may give what was cut off a stream
 * for as long as it has not tidied up: `conditions` say what is cut. Memory grows with the number of streams. Throws what the store throws.
 */
export const findLogGaps = async (
  eventStore: Pick<EventStore, 'readAll'>,
  conditions: readonly StreamCondition[],
  signal: AbortSignal,
): Promise<LogGaps> => {
  const cut = conditions.filter(isCut).map(({ stream, first }) => ({ stream, from: 0, to: first }))
  const gaps: LogGap[] = cut.slice(0, maxGaps)
  let count = cut.length
  const next = new Map<StreamName, number>(cut.map(({ stream, to }) => [stream, to ?? Number.POSITIVE_INFINITY]))
  for await (const events of eventStore.readAll({ after: beforeFirst, signal })) {
    for (const { stored } of checkEvents(events)) {
      const { stream, revision } = stored
      const expected = next.get(stream) ?? 0
      if (revision > expected) {
        count += 1
        if (gaps.length < maxGaps) gaps.push({ stream, from: expected, to: revision })
      }
      next.set(stream, Math.max(expected, revision + 1))
    }
  }
  return { gaps, count }
}
