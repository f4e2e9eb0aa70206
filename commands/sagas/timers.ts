import type { Concerned } from '../../domain/aggregate.ts'
import { type AnyAggregate, aggregateOf, allCategories, type Category } from '../../domain/aggregates.ts'
import { type EventMetadata, metadataSchema } from '../../domain/metadata.ts'
import type { CheckedEvent, UnreadableEvent } from '../../domain/read-event.ts'
import { type StreamName, streamCategory } from '../../domain/stream.ts'
import { backOffMs } from '../../kernel/back-off.ts'
import type { Log } from '../../kernel/log.ts'
import type { Timer } from '../../kernel/timers.ts'
import { createFollower, type FollowerKernel, type FollowerStatus, openLog } from '../follower.ts'
import type { HistoryFault } from '../history.ts'
import { beforeFirst, type EventStore, type Position, type StoredEvent } from '../ports/event-store.ts'
import { createStreamFolds, foldedCategories } from '../stream-folds.ts'

export type TimedAggregate = AnyAggregate & { readonly timer: NonNullable<AnyAggregate['timer']> }

/**
 * What an aggregate is to be told. `fault`: its history cannot be read any further than to `state`; null when its time has come. `last`: of
 * its last event, null where that is not known.
 */
export type Due = {
  readonly aggregate: TimedAggregate
  readonly stream: StreamName
  readonly state: unknown
  readonly last: EventMetadata | null
  readonly fault: HistoryFault | null
  /** Where the first event cannot be read either, and tells by when the aggregate must have ended. */
  readonly beginning: UnreadBeginning | null
}

/** `at`: by when it must have ended, ISO 8601. */
export type UnreadBeginning = {
  readonly fault: HistoryFault
  readonly at: string
  readonly concerned: Concerned
}

export type TimersOptions = FollowerKernel & {
  readonly eventStore: EventStore
  readonly log: Log
  /** Tells an aggregate that its time has come. When it throws, the aggregate is told again later. */
  readonly onDue: (due: Due) => Promise<void>
}

export interface Timers {
  start(): void
  stop(): Promise<void>
  /** How many aggregates have a time ahead of them: of this category, or of all. */
  pending(category?: Category): number
  status(): FollowerStatus
}

type Armed = Due & { readonly dueMs: number; readonly attempts: number }

const isTimed = (aggregate: AnyAggregate): aggregate is TimedAggregate => aggregate.timer !== undefined
const timedAggregates = allCategories.map(aggregateOf).filter(isTimed)

/**
 * How long after its deadline an aggregate is told whose first event cannot be read: beside this version there may be one that can, and
 * ends it better.
 */
const overdueAfterMs = 5000
/** Between the attempts to tell one aggregate. */
const retry = { firstMs: 1000, maxMs: 60_000 }
/** The wall clock may be set, or the machine asleep, while a timer runs on: it is looked at this often as long as anything is to come. */
const lookAgainMs = 60_000

/**
 * The times of all that time alone changes, durable because they are nothing but a fold of the log: rebuilt at start, kept up to date by
 * following it. Many processes may run timers on one log, each with all of them, so that none waits for a process that is gone: telling
 * an aggregate twice changes nothing. Where many are due, each process begins elsewhere and leaves out what others have come to first.
 */
export const createTimers = (options: TimersOptions): Timers => {
  const { eventStore, clock, random, timers, log, onDue } = options
  const stopping = new AbortController()
  const armed = new Map<StreamName, Armed>()
  /** Of streams whose aggregates are in their initial state by all that can be read of them. */
  const unread = new Map<StreamName, UnreadBeginning>()
  let position: Position = beforeFirst
  let timer: Timer | undefined
  let firing: Promise<void> | null = null
  let caughtUp = false

  const armOne = (due: Omit<Due, 'beginning'>): void => {
    const { stream, aggregate, state, fault } = due
    const beginning = unread.get(stream)
    if (beginning) {
      const dueMs = Date.parse(beginning.at) + overdueAfterMs
      armed.set(stream, { ...due, fault: fault ?? beginning.fault, beginning, attempts: 0, dueMs })
      return
    }
    const time = aggregate.timer.nextDue(state)
    // One without a time ahead is over, or never began.
    if (time === null) armed.delete(stream)
    else {
      const dueMs = fault ? clock.now() : Date.parse(time)
      armed.set(stream, { ...due, beginning: null, attempts: 0, dueMs })
    }
  }

  /** What begins with an event that cannot be read is not folded any further: here it is, as far as it can be read. */
  const takeUnread = (event: CheckedEvent<StoredEvent>): void => {
    const { stream, revision } = event.stored
    const known = unread.get(stream)
    if (known === undefined && (event.readable || revision > 0)) return
    const aggregate = timedAggregates.find(({ category }) => category === streamCategory(stream))
    if (aggregate === undefined) return
    if (!event.readable) {
      const beginning = known ?? beginningOf(aggregate, event)
      if (beginning) unread.set(stream, beginning)
      return
    }
    // Once it leaves its initial state it is over, as far as this version can tell.
    if (known === undefined || aggregate.evolve(aggregate.initial, event.event) === aggregate.initial) return
    unread.delete(stream)
    armed.delete(stream)
  }

  const folds = timedAggregates.map((aggregate) =>
    createStreamFolds({
      category: aggregate.category,
      decider: aggregate,
      eventStore,
      log,
      listener: {
        folded: (stream, { state }, last) => armOne({ aggregate, stream, state, last, fault: null }),
        refused: (stream, fault, { state }) => armOne({ aggregate, stream, state, last: null, fault }),
      },
    }),
  )

  const arm = () => {
    timer?.cancel()
    timer = undefined
    // One firing at a time; the one that is under way arms anew at its end.
    if (!caughtUp || firing || stopping.signal.aborted || armed.size === 0) return
    let earliest = Number.POSITIVE_INFINITY
    for (const { dueMs } of armed.values()) earliest = Math.min(earliest, dueMs)
    const inMs = Math.min(Math.max(0, earliest - clock.now()), lookAgainMs)
    const fireAll = () => {
      firing = fire().finally(() => {
        firing = null
        arm()
      })
    }
    timer = timers.after(inMs, fireAll, { ref: false })
  }

  const fire = async () => {
    const now = clock.now()
    const due = [...armed].filter(([, { dueMs }]) => dueMs <= now)
    if (due.length === 0) return
    const first = Math.floor(random.next() * due.length)
    for (const [stream, entry] of [...due.slice(first), ...due.slice(0, first)]) {
      // Has gone on since: another process, or a result that came after all.
      if (armed.get(stream) !== entry) continue
      try {
        await onDue(entry)
      } catch (error) {
        log.warn({ err: error, stream }, 'an aggregate could not be told that its time has come; trying again')
      }
      // Its own events re-arm it. Where there were none, it is told again later.
      const attempts = entry.attempts + 1
      const again = { ...entry, attempts, dueMs: clock.now() + backOffMs(attempts, retry) }
      if (armed.get(stream) === entry) armed.set(stream, again)
    }
  }

  const follower = createFollower({
    ...options,
    name: 'timers',
    place: async () => position,
    open: openLog(eventStore, foldedCategories(...timedAggregates.map(({ category }) => category))),
    handle: async (batch) => {
      for (const event of batch.events) {
        takeUnread(event)
        for (const fold of folds) await fold.take(event)
      }
      caughtUp ||= batch.caughtUp
      position = batch.position
      arm()
    },
  })

  return {
    start: follower.start,
    stop: async () => {
      stopping.abort()
      timer?.cancel()
      await Promise.all([follower.stop(), firing])
    },
    pending: (category) =>
      category === undefined
        ? armed.size
        : [...armed.values()].filter(({ aggregate }) => aggregate.category === category).length,
    status: follower.status,
  }
}

const beginningOf = (
  { timer: { unreadBeginning } }: TimedAggregate,
  { stored, reason, detail }: UnreadableEvent<StoredEvent>,
): UnreadBeginning | null => {
  const at = unreadBeginning?.due(stored.data) ?? null
  if (at === null) return null
  const { stream, revision, type: eventType } = stored
  const metadata = metadataSchema.safeParse(stored.metadata).data
  return {
    fault: { stream, revision, reason, eventType, detail },
    at,
    concerned: {
      correlationId: metadata?.correlationId ?? null,
      projectId: metadata?.projectId ?? null,
      instanceId: metadata?.instanceId ?? null,
      traceparent: metadata?.traceparent,
    },
  }
}
