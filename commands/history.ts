import type { CofferEvent } from '../domain/catalogue.ts'
import type { Decider } from '../domain/decider.ts'
import { exclusionStream } from '../domain/exclusion/index.ts'
import { checkEvent, type UnreadableReason } from '../domain/read-event.ts'
import type { Rejection } from '../domain/rejection.ts'
import type { StreamName } from '../domain/stream.ts'
import { beforeFirst, type EventStore, type Position, type StoredEvent } from './ports/event-store.ts'

/**
 * What stands in the way: an event that cannot be read, revisions that are not there any more (`MISSING_EVENTS`), or a bug of this version
 * on an event that can be read (`FOLD_FAILED`).
 */
export type HistoryFault = {
  readonly stream: StreamName
  /** Of the event, or of the first one that is missing. */
  readonly revision: number
  readonly reason: UnreadableReason | 'MISSING_EVENTS' | 'FOLD_FAILED'
  /** Null where events are missing. */
  readonly eventType: string | null
  readonly detail: string
}

/** Thrown where an aggregate's own stream cannot be read as a whole: nobody may decide on half a history. Other streams are not concerned. */
export class UnreadableHistory extends Error {
  override readonly name = 'UnreadableHistory'
  readonly code = 'UNREADABLE_HISTORY'
  readonly fault: HistoryFault
  readonly #before: Folded<unknown> | null
  constructor(fault: HistoryFault, before: Folded<unknown> | null = null, options?: ErrorOptions) {
    super(`${fault.stream} cannot be read: ${describe(fault)}. ${remedyOf(fault)}`, options)
    this.fault = fault
    this.#before = before
  }
  /** As far as it could be folded; null where that is not known. Not a property: errors are logged, and a state may be anybody's. */
  get before(): Folded<unknown> | null {
    return this.#before
  }
  /** For the client whose command needs this history. */
  get rejection(): Rejection {
    const { stream, revision, reason, eventType } = this.fault
    return { code: this.code, message: this.message, details: { stream, revision, reason, eventType } }
  }
}

const describe = ({ revision, eventType, detail }: HistoryFault): string =>
  eventType === null ? detail : `revision ${revision} is ${eventType}, and ${detail}`

const remedyOf = ({ stream, revision, reason }: HistoryFault): string => {
  const exclude = `coffer admin log exclude ${stream} ${revision}`
  switch (reason) {
    case 'MISSING_EVENTS':
      return 'An administrator can restore the event store from a backup that has them'
    case 'FOLD_FAILED':
      return 'This is a bug of this version'
    case 'UNKNOWN_TYPE':
    case 'NEWER_VERSION':
      return `If a newer version of Coffer wrote it, run that version. Otherwise an administrator can leave it out: ${exclude}`
    default:
      return `An administrator can leave it out: ${exclude}`
  }
}

export const missingEvents = (stream: StreamName, expected: number, found: number | null): HistoryFault => ({
  stream,
  revision: expected,
  reason: 'MISSING_EVENTS',
  eventType: null,
  detail:
    found === null
      ? `the event store does not have revision ${expected} or any later one, which were there before`
      : `the event store has revision ${found} where revision ${expected} should be. Somebody set truncateBefore, maxCount or maxAge on the stream`,
})

export const foldFailed = ({ stream, revision, type }: StoredEvent, cause: unknown): HistoryFault => ({
  stream,
  revision,
  reason: 'FOLD_FAILED',
  eventType: type,
  detail: `this version fails on it: ${cause instanceof Error ? cause.message : String(cause)}`,
})

/** Where a fold has come to. `revision`: of the last event, null before the first. */
export type Folded<State> = {
  readonly state: State
  readonly revision: number | null
  readonly position: Position
}

export const nothingFolded = <State>(initial: State): Folded<State> => ({
  state: initial,
  revision: null,
  position: beforeFirst,
})

/** Folds events of one stream, in order, that follow those already folded. */
export type FoldHistory<State> = (folded: Folded<State>, events: readonly StoredEvent[]) => Promise<Folded<State>>

/**
 * Folds the events of a stream of this aggregate. A history is whole or it is refused: the first revision is 0, each follows the one
 * before, and all can be read but those that were declared left out. Throws `UnreadableHistory`, and what the store throws.
 */
export const createFold =
  <State, Command, Event extends CofferEvent>(
    eventStore: Pick<EventStore, 'readStream'>,
    { evolve }: Pick<Decider<State, Command, Event>, 'evolve'>,
    stream: StreamName,
  ): FoldHistory<State> =>
  async (folded, events) => {
    let now = folded
    const refuse = (fault: HistoryFault, cause?: unknown) => new UnreadableHistory(fault, now, { cause })
    for (const stored of events) {
      const { revision, position, type: eventType } = stored
      const expected = now.revision === null ? 0 : now.revision + 1
      if (revision !== expected) throw refuse(missingEvents(stream, expected, revision))
      const checked = checkEvent(stored)
      if (checked === null) {
        const detail = `${stream} is not a stream of Coffer`
        throw refuse({ stream, revision, reason: 'UNKNOWN_TYPE', eventType, detail })
      }
      let { state } = now
      if (checked.readable) {
        try {
          // Only events of this category pass the check, so they are those of its aggregate.
          state = evolve(state, checked.event as Event)
        } catch (cause) {
          throw refuse(foldFailed(stored, cause), cause)
        }
      } else if (!(await isExcluded(eventStore, stored))) {
        const { reason, detail } = checked
        throw refuse({ stream, revision, reason, eventType, detail })
      }
      now = { state, revision, position }
    }
    return now
  }

/** Reads the rest of a stream and folds it. Throws what `createFold` and the store throw. */
export const foldStream = async <State, Command, Event extends CofferEvent>(
  eventStore: Pick<EventStore, 'readStream'>,
  decider: Decider<State, Command, Event>,
  stream: StreamName,
  known: Folded<State> = nothingFolded(decider.initial),
): Promise<Folded<State>> => {
  const fold = createFold(eventStore, decider, stream)
  let folded = known
  const from = known.revision === null ? 0 : known.revision + 1
  for await (const page of eventStore.readStream(stream, { from })) folded = await fold(folded, page)
  return folded
}

const isExcluded = async (
  eventStore: Pick<EventStore, 'readStream'>,
  { stream, revision }: StoredEvent,
): Promise<boolean> => {
  for await (const page of eventStore.readStream(exclusionStream(stream))) {
    for (const stored of page) {
      const checked = checkEvent(stored)
      if (checked?.readable && checked.event.type === 'EventExcluded' && checked.event.data.revision === revision) {
        return true
      }
    }
  }
  return false
}
