import type { CofferEvent } from '../domain/catalogue.ts'
import type { Decider, Decision } from '../domain/decider.ts'
import type { CommandId } from '../domain/ids.ts'
import type { EventMetadata } from '../domain/metadata.ts'
import { checkEvents } from '../domain/read-event.ts'
import type { Rejection } from '../domain/rejection.ts'
import type { StreamName } from '../domain/stream.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { IdSource } from '../kernel/ids.ts'
import { encodeEvent } from './event-codec.ts'
import { type Folded, foldStream, missingEvents, nothingFolded, UnreadableHistory } from './history.ts'
import { createKeyedBatches, type Pending } from './keyed-batches.ts'
import { type EventStore, type NewEvent, RevisionConflict } from './ports/event-store.ts'

/** What goes into the metadata of every event a command leads to. */
export type CommandContext = Omit<EventMetadata, 'eventId' | 'at'>

/** `revision`, `position`: of the stream's last event. */
export type Loaded<State> = Folded<State>

export type Handled<State, Event> =
  | ({ readonly outcome: 'accepted'; readonly events: readonly Event[] } & Loaded<State>)
  | ({ readonly outcome: 'rejected'; readonly rejection: Rejection } & Loaded<State>)

/** What is in the metadata may depend on the state, such as whose the aggregate is: then it is asked for with the state decided on. */
export type ContextOf<State> = CommandContext | ((loaded: Loaded<State>) => CommandContext)

export type HandleOptions<State> = {
  /**
   * Asked before the decision, on the same state: authorisation and `expectedVersion` live here. `isDone`: the command has led to events before,
   * and does not again.
   */
  readonly guard?: (loaded: Loaded<State>, isDone: boolean) => Rejection | null
  /** This command begins the stream, unless it is a repeat: what is not remembered is taken to be absent, and the append finds out. */
  readonly begins?: boolean
  /**
   * An earlier try under the same command id may have got through. Then that was it, whatever others have made of it since: the stream is looked
   * through for the id, which all events of the command carry, and one that is found is answered without events.
   */
  readonly mayBeDone?: boolean
  /** The caller knows what to do about a stream that has lost all its events: it may begin again. */
  readonly mayBeLost?: boolean
}

export type LoadOptions = {
  /**
   * For what never changes after this revision: a remembered state that has it is answered without asking the log, however far others have
   * gone on since.
   */
  readonly atLeast?: number
  /** The log is known to have had `atLeast`: a history that does not reach it any more is refused. */
  readonly isThere?: boolean
}

export interface Handler {
  /**
   * Load, decide, append, at the revision that was read. A conflict with another process re-runs all three, at most 3 times, and is then
   * rejected with `CONCURRENT_MODIFICATION`. Commands on one stream queue within the process, so that they do not conflict with each other;
   * those that wait are decided one on the other's outcome and appended together.
   * A stream that has lost all its events is refused with `UnreadableHistory`, where others are known to rest on it: half a history may not begin.
   * Guard and decider may be asked about a state from memory; only what the log has confirmed is answered.
   * Throws `EventStoreUnavailable` and `UnreadableHistory`.
   */
  handle<State, Command, Event extends CofferEvent>(
    decider: Decider<State, Command, Event>,
    stream: StreamName,
    command: Command,
    context: ContextOf<State>,
    options?: HandleOptions<State>,
  ): Promise<Handled<State, Event>>
  load<State, Command, Event extends CofferEvent>(
    decider: Decider<State, Command, Event>,
    stream: StreamName,
    options?: LoadOptions,
  ): Promise<Loaded<State>>
}

export type HandlerDependencies = {
  readonly eventStore: EventStore
  readonly clock: WallClock
  readonly ids: IdSource
  /** Whether others rest on a stream: one that is claimed and has no events has lost them. Default: nobody knows. */
  readonly isClaimed?: (stream: StreamName) => boolean
  /** How many folded states are kept, so that a long stream is read once and then only its tail. Default 5000. */
  readonly cachedStates?: number
}

const contextFor = <State>(context: ContextOf<State>, loaded: Loaded<State>): CommandContext =>
  typeof context === 'function' ? context(loaded) : context

const maxConflicts = 3

/** How many commands on one stream are appended together at most. */
const maxTogether = 64

/** One command, whatever its aggregate: a stream is only ever asked for by the decider of its own. */
type Asked = {
  readonly decider: Decider<unknown, unknown, CofferEvent>
  readonly command: unknown
  readonly context: ContextOf<unknown>
  readonly options: HandleOptions<unknown>
}
type Answered = Handled<unknown, CofferEvent>
type Queued = Pending<Asked, Answered>
/** One that led to events, and the state around them. */
type Decided = {
  readonly queued: Queued
  readonly events: readonly CofferEvent[]
  readonly before: Loaded<unknown>
  readonly after: Loaded<unknown>
}

export const createHandler = ({
  eventStore,
  clock,
  ids,
  isClaimed = () => false,
  cachedStates = 5000,
}: HandlerDependencies): Handler => {
  const cache = new Map<StreamName, Loaded<unknown>>()

  const remember = (stream: StreamName, loaded: Loaded<unknown>) => {
    cache.delete(stream)
    cache.set(stream, loaded)
    if (cache.size > cachedStates) {
      const oldest = cache.keys().next()
      if (!oldest.done) cache.delete(oldest.value)
    }
  }

  // A stream is only ever folded by the decider of its own aggregate, so what is cached under its name has that state.
  const recall = <State>(stream: StreamName) => cache.get(stream) as Loaded<State> | undefined

  const load: Handler['load'] = async <State, Command, Event extends CofferEvent>(
    decider: Decider<State, Command, Event>,
    stream: StreamName,
    { atLeast = Number.POSITIVE_INFINITY, isThere = false }: LoadOptions = {},
  ) => {
    const known = recall<State>(stream) ?? nothingFolded(decider.initial)
    if (known.revision !== null && known.revision >= atLeast) return known
    const loaded = await foldStream(eventStore, decider, stream, known).catch((error) => {
      // What cannot be read comes after all that was asked for.
      const before = error instanceof UnreadableHistory ? error.before : null
      if ((before?.revision ?? -1) < atLeast) throw error
      return before as Loaded<State>
    })
    const { revision } = loaded
    if (isThere && (revision ?? -1) < atLeast) {
      throw new UnreadableHistory(missingEvents(stream, (revision ?? -1) + 1, null))
    }
    if (revision !== null) remember(stream, loaded)
    return loaded
  }

  /** The events as they are appended; `loaded`: what they were decided on. */
  const encode = <State>(
    events: readonly CofferEvent[],
    context: ContextOf<State>,
    loaded: Loaded<State>,
  ): readonly NewEvent[] => {
    const metadata = { ...contextFor(context, loaded), at: isoNow(clock) }
    return events.map((event) => encodeEvent(event, metadata, ids.next()))
  }

  const append = async <State, Command, Event extends CofferEvent>(
    decider: Decider<State, Command, Event>,
    stream: StreamName,
    events: readonly Event[],
    context: ContextOf<State>,
    loaded: Loaded<State>,
  ): Promise<Handled<State, Event>> => {
    const appended = await eventStore.append(stream, encode(events, context, loaded), loaded.revision ?? 'no-stream')
    const state = events.reduce(decider.evolve, loaded.state)
    const now = { state, revision: appended.revision, position: appended.position }
    remember(stream, now)
    return { outcome: 'accepted', events, ...now }
  }

  const isInStream = async (commandId: CommandId, stream: StreamName): Promise<boolean> => {
    // A repeat mostly comes soon after the first try.
    for await (const page of eventStore.readStream(stream, { direction: 'backwards' })) {
      if (checkEvents(page).some((checked) => checked.readable && checked.metadata.commandId === commandId)) return true
    }
    return false
  }

  /**
   * Events decided on a remembered state, or on there being none, are appended without reading the stream first: the append itself finds
   * out whether that is still so. An answer without events has nothing to find it out by, so for that the stream is read.
   */
  const attempt = async <State, Command, Event extends CofferEvent>(
    decider: Decider<State, Command, Event>,
    stream: StreamName,
    command: Command,
    context: ContextOf<State>,
    { guard, begins, mayBeDone, mayBeLost, trustMemory }: HandleOptions<State> & { readonly trustMemory: boolean },
  ): Promise<Handled<State, Event>> => {
    const decideOn = (loaded: Loaded<State>, isDone = false): Decision<Event> => {
      const rejection = guard?.(loaded, isDone) ?? null
      if (rejection) return { outcome: 'rejected', rejection }
      return isDone ? { outcome: 'accepted', events: [] } : decider.decide(command, loaded.state)
    }
    const assumed = begins && !isClaimed(stream) ? nothingFolded(decider.initial) : undefined
    const known = trustMemory && !mayBeDone ? (recall<State>(stream) ?? assumed) : undefined
    const guess = known && decideOn(known)
    if (known && guess?.outcome === 'accepted' && guess.events.length > 0) {
      return append(decider, stream, guess.events, context, known)
    }
    const loaded = await load(decider, stream)
    // After the state was read: what comes later than this look is a conflict for the append.
    const isDone = mayBeDone && (await isInStream(contextFor(context, loaded).commandId, stream))
    const decision = guess && known?.revision === loaded.revision ? guess : decideOn(loaded, isDone)
    if (decision.outcome === 'accepted' && decision.events.length === 0) return { ...decision, ...loaded }
    if (loaded.revision === null && !mayBeLost && isClaimed(stream)) {
      throw new UnreadableHistory(missingEvents(stream, 0, null))
    }
    if (decision.outcome === 'rejected') return { ...decision, ...loaded }
    return append(decider, stream, decision.events, context, loaded)
  }

  const carryOut = async (stream: StreamName, { decider, command, context, options }: Asked): Promise<Answered> => {
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        return await attempt(decider, stream, command, context, { ...options, trustMemory: conflicts === 0 })
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error
        // Others went on from what is remembered, and what they added is read. If that does not help, it is not to be trusted.
        if (conflicts > 0) cache.delete(stream)
        if (conflicts < maxConflicts) continue
        return {
          outcome: 'rejected',
          rejection: {
            code: 'CONCURRENT_MODIFICATION',
            message: `${stream} was changed by others ${maxConflicts + 1} times while this command was decided; try again`,
          },
          ...(await load(decider, stream)),
        }
      }
    }
  }

  /** The events it would lead to; none where only the log can say, or deciding fails: then it is tried by itself. */
  const guessOf = ({ decider, command, options }: Asked, loaded: Loaded<unknown>): readonly CofferEvent[] => {
    if (options.mayBeDone) return []
    try {
      if (options.guard?.(loaded, false)) return []
      const decision = decider.decide(command, loaded.state)
      return decision.outcome === 'accepted' ? decision.events : []
    } catch {
      return []
    }
  }

  /**
   * Decides commands on what is remembered, each on the outcome of those before it, up to the first that leads to no events: that rests on a state
   * that only the log can confirm. Appends the events at once, answers, and returns what is left to do; after a conflict that is all.
   */
  const carryOutTogether = async (stream: StreamName, queued: readonly Queued[]): Promise<readonly Queued[]> => {
    const known = recall<unknown>(stream)
    if (!known || known.revision === null) return queued
    const decided: Decided[] = []
    let now = { ...known, revision: known.revision }
    for (const each of queued) {
      const events = guessOf(each.job, now)
      if (events.length === 0) break
      const state = events.reduce(each.job.decider.evolve, now.state)
      const after = { ...now, state, revision: now.revision + events.length }
      decided.push({ queued: each, events, before: now, after })
      now = after
    }
    if (decided.length < 2) return queued
    const left = queued.slice(decided.length)
    try {
      const newEvents = decided.flatMap(({ queued, events, before }) => encode(events, queued.job.context, before))
      const { position } = await eventStore.append(stream, newEvents, known.revision)
      remember(stream, { ...now, position })
      for (const { queued, events, after } of decided) {
        queued.resolve({ outcome: 'accepted', events, ...after, position })
      }
      return left
    } catch (error) {
      if (error instanceof RevisionConflict) return queued
      for (const { queued } of decided) queued.reject(error)
      return left
    }
  }

  const streams = createKeyedBatches<Asked, Answered>(maxTogether, async (key, batch) => {
    const stream = key as StreamName
    let left: readonly Queued[] = batch
    while (left.length > 0) {
      const [next, ...others] = left.length > 1 ? await carryOutTogether(stream, left) : left
      if (next) await carryOut(stream, next.job).then(next.resolve, next.reject)
      left = others
    }
  })

  return {
    load,
    handle: <State, Command, Event extends CofferEvent>(
      decider: Decider<State, Command, Event>,
      stream: StreamName,
      command: Command,
      context: ContextOf<State>,
      options: HandleOptions<State> = {},
    ) => {
      // The queue of a stream holds commands of its own aggregate alone, and each is answered with what its own decider made of it.
      const asked = { decider, command, context, options } as unknown as Asked
      return streams.run(stream, asked) as Promise<Handled<State, Event>>
    },
  }
}
