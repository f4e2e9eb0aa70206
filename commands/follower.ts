import type { CheckedEvent } from '../domain/read-event.ts'
import { checkEvents } from '../domain/read-event.ts'
import type { BackOffBounds } from '../kernel/back-off.ts'
import { createBackOff } from '../kernel/back-off.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Log } from '../kernel/log.ts'
import { isOutage } from './outage.ts'
import { beforeFirst, type EventStore, type Position, type StoredEvent } from './ports/event-store.ts'

/**
 * `waiting`: to be placed, such as a stand-by. `following`: handles what comes. `failing`: the last attempt failed, and the next one
 * follows after a back-off. `stopped`: not started, or stopped.
 */
export type FollowerState = 'waiting' | 'following' | 'failing' | 'stopped'

/** `outage`: a store cannot be reached, and waiting helps. `bug`: the handler threw, and waiting does not. `at`: ISO 8601. */
export type FollowerError = { readonly kind: 'outage' | 'bug'; readonly message: string; readonly at: string }

export type FollowerStatus = {
  readonly name: string
  readonly state: FollowerState
  /** Everything up to here is handled. */
  readonly position: Position
  /** Failures in a row, without getting any further. */
  readonly failures: number
  /** Since it last got further; null when it did not fail since. */
  readonly error: FollowerError | null
}

/** Thrown by a handler whose place another process has taken: the follower asks for its place again, and nothing has failed. */
export class PlaceLost extends Error {
  override readonly name = 'PlaceLost'
  readonly code = 'PLACE_LOST'
}

/** What a follower needs of time and chance. */
export type FollowerKernel = Pick<Kernel, 'timers' | 'random'> & { readonly clock: WallClock }

/** What a follower is handed at a time. `position`: reached when it is handled. */
export type Batch = { readonly position: Position }

export type FollowerOptions<B extends Batch> = FollowerKernel & {
  readonly name: string
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Asked again before every (re)subscription: where to go on. May wait, until the signal aborts. */
  readonly place: (signal: AbortSignal) => Promise<Position>
  /** What comes after a position, without end. Ends when the signal aborts; throws or ends when the connection drops. */
  readonly open: (after: Position, signal: AbortSignal) => AsyncIterable<B>
  /** Handles one batch at a time. When it throws, the follower goes back to `place`, after a back-off that grows. */
  readonly handle: (batch: B, signal: AbortSignal) => Promise<void> | void
  readonly backOff?: BackOffBounds
}

/** Follows something ordered: the log for a fold, a view or the bus. Never rejects and never gives up; `status` says how it fares. */
export type Follower = {
  start(): void
  /** Resolves when the batch in hand is done. */
  stop(): Promise<void>
  status(): FollowerStatus
}

const defaultBackOff: BackOffBounds = { firstMs: 50, maxMs: 5000 }

export const createFollower = <B extends Batch>(options: FollowerOptions<B>): Follower => {
  const { name, log, clock, place, open, handle } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const backoff = createBackOff(options, options.backOff ?? defaultBackOff)
  let state: FollowerState = 'stopped'
  let position: Position = beforeFirst
  /** The furthest it has been: who comes back to the same place and fails again has got no further. */
  let furthest: Position = beforeFirst
  let error: FollowerError | null = null
  let logged: string | null = null
  let running: Promise<void> = Promise.resolve()

  const advanced = (to: Position): void => {
    position = to
    state = 'following'
    if (to <= furthest && error !== null && error.kind === 'bug') return
    furthest = Math.max(furthest, to)
    if (error !== null) log.info({ follower: name, position }, 'the follower goes on')
    error = null
    logged = null
    backoff.reset()
  }

  const failed = (cause: unknown): void => {
    const kind = isOutage(cause) ? 'outage' : 'bug'
    const message = cause instanceof Error ? cause.message : String(cause)
    error = { kind, message, at: isoNow(clock) }
    state = 'failing'
    const fields = { err: cause, follower: name, position, failures: backoff.failures() + 1 }
    // The same bug once: it comes back with every attempt.
    if (kind === 'outage') log.warn(fields, 'the follower cannot go on while a store is away; trying again')
    else if (logged !== message) log.error(fields, 'the follower stands still: its handler threw; trying again')
    logged = message
  }

  const followOnce = async (): Promise<void> => {
    state = state === 'failing' ? state : 'waiting'
    position = await place(signal)
    for await (const batch of open(position, signal)) {
      await handle(batch, signal)
      advanced(batch.position)
    }
  }

  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await followOnce()
      } catch (cause) {
        if (signal.aborted) break
        if (cause instanceof PlaceLost) log.info({ follower: name, position }, cause.message)
        else failed(cause)
      }
      if (!signal.aborted) await backoff.wait(signal)
    }
    state = 'stopped'
  }

  return {
    start: () => {
      state = 'waiting'
      running = follow()
    },
    stop: async () => {
      stopping.abort()
      await running
    },
    status: () => ({ name, state, position, failures: error === null ? 0 : backoff.failures(), error }),
  }
}

/** Events of the log, checked; those in streams of other programs are left out. `caughtUp`: nothing more was there at this moment. */
export type LogBatch = Batch & { readonly events: readonly CheckedEvent<StoredEvent>[]; readonly caughtUp: boolean }

/** How a follower of the log opens it. */
export const openLog = (eventStore: Pick<EventStore, 'subscribe'>, categories: readonly string[]) =>
  async function* (after: Position, signal: AbortSignal): AsyncGenerator<LogBatch> {
    for await (const batch of eventStore.subscribe({ after, categories, signal })) {
      const { position } = batch
      if (batch.kind === 'events') yield { events: checkEvents(batch.events), caughtUp: false, position }
      else yield { events: [], caughtUp: true, position }
    }
  }
