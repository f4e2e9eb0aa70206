import type { EventStore } from '../commands/ports/event-store.ts'
import { compareWithLog, type LogRelation } from '../commands/ports/log-mark.ts'
import type { ViewPlace } from './ports/view-store.ts'
import type { Projection } from './projection.ts'
import { categoriesOf } from './read-events.ts'

/** Why a view of another log is not shown. */
export const reasonOf: Readonly<Record<Exclude<LogRelation, 'same'>, string>> = {
  older: 'the log is an older copy of the one the view was made from',
  other: 'the log is not the one the view was made from',
}

/** Whether the view stands in this log. One that was never written does in every log. Throws `EventStoreUnavailable`. */
export const relationOf = (
  eventStore: Pick<EventStore, 'readStream' | 'readAll' | 'end'>,
  { projection, place }: { readonly projection: Projection; readonly place: () => ViewPlace },
  signal: AbortSignal,
): Promise<LogRelation> => {
  const { checkpoint: position, mark } = place()
  return compareWithLog(eventStore, { position, mark }, { categories: categoriesOf([projection]), signal })
}
