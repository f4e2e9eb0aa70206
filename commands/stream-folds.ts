import { tryCategory } from '../domain/aggregates.ts'
import type { CofferEvent } from '../domain/catalogue.ts'
import type { Decider } from '../domain/decider.ts'
import { exclusionCategory } from '../domain/exclusion/index.ts'
import type { EventMetadata } from '../domain/metadata.ts'
import type { CheckedEvent } from '../domain/read-event.ts'
import type { StreamName } from '../domain/stream.ts'
import type { Log } from '../kernel/log.ts'
import { createFold, type Folded, foldStream, type HistoryFault, nothingFolded, UnreadableHistory } from './history.ts'
import type { EventStore, StoredEvent } from './ports/event-store.ts'

/** Told of every stream that has changed. */
export type FoldListener<State> = {
  /** `last`: the metadata of the event, null where the stream was read again. */
  readonly folded?: (stream: StreamName, folded: Folded<State>, last: EventMetadata | null) => void
  /** Its history cannot be read. `before`: as far as it could. */
  readonly refused?: (stream: StreamName, fault: HistoryFault, before: Folded<State>) => void
}

/** All streams of one category, folded in memory as their events come. */
export type StreamFolds<State> = {
  /**
   * Takes in one event; one that it has taken in before changes nothing. A stream whose history cannot be read, or on which the fold
   * throws, is refused and left out until its history can be read; all others go on. Throws what the store throws.
   */
  readonly take: (event: CheckedEvent<StoredEvent>) => Promise<void>
  readonly get: (stream: StreamName) => State
  /** Whether anything was folded of it, and all of it could be. */
  readonly has: (stream: StreamName) => boolean
  readonly all: () => readonly State[]
  readonly refusal: (stream: StreamName) => HistoryFault | undefined
  readonly refusals: () => readonly HistoryFault[]
}

export type StreamFoldsOptions<State, Command, Event extends CofferEvent> = {
  readonly category: string
  readonly decider: Decider<State, Command, Event>
  readonly eventStore: Pick<EventStore, 'readStream'>
  readonly log: Log
  readonly listener?: FoldListener<State>
}

/** The categories that a fold of this one must follow: what was declared left out concerns it too. */
export const foldedCategories = (...categories: readonly string[]): readonly string[] => [
  ...categories,
  exclusionCategory,
]

export const createStreamFolds = <State, Command, Event extends CofferEvent>({
  category,
  decider,
  eventStore,
  log,
  listener = {},
}: StreamFoldsOptions<State, Command, Event>): StreamFolds<State> => {
  const folds = new Map<StreamName, Folded<State>>()
  const refusals = new Map<StreamName, HistoryFault>()

  const nothing = nothingFolded(decider.initial)

  const refuse = (stream: StreamName, cause: unknown): void => {
    if (!(cause instanceof UnreadableHistory)) throw cause
    const { fault } = cause
    folds.delete(stream)
    refusals.set(stream, fault)
    log.error({ err: cause, ...fault }, 'a stream is left out: its history cannot be read')
    listener.refused?.(stream, fault, (cause.before as Folded<State> | null) ?? nothing)
  }

  const readAgain = async (stream: StreamName): Promise<void> => {
    try {
      const folded = await foldStream(eventStore, decider, stream)
      refusals.delete(stream)
      folds.set(stream, folded)
      listener.folded?.(stream, folded, null)
    } catch (cause) {
      refuse(stream, cause)
    }
  }

  const takeOwn = async (checked: CheckedEvent<StoredEvent>): Promise<void> => {
    const { stream, revision } = checked.stored
    const before = folds.get(stream) ?? nothing
    if (refusals.has(stream) || (before.revision !== null && revision <= before.revision)) return
    try {
      const folded = await createFold(eventStore, decider, stream)(before, [checked.stored])
      folds.set(stream, folded)
      listener.folded?.(stream, folded, checked.readable ? checked.metadata : null)
    } catch (cause) {
      refuse(stream, cause)
    }
  }

  return {
    take: async (checked) => {
      if (tryCategory(checked.stored.stream) === category) return takeOwn(checked)
      if (!checked.readable || checked.event.type !== 'EventExcluded') return
      const { stream } = checked.event.data
      if (refusals.has(stream)) await readAgain(stream)
    },
    has: (stream) => folds.has(stream),
    get: (stream) => folds.get(stream)?.state ?? decider.initial,
    all: () => [...folds.values()].map(({ state }) => state),
    refusal: (stream) => refusals.get(stream),
    refusals: () => [...refusals.values()],
  }
}
