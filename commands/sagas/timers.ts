import { type OperationId, parseOperationId } from '../../domain/ids.ts'
import type { EventMetadata } from '../../domain/metadata.ts'
import { nextDeadline, type OperationState, operation, operationCategory } from '../../domain/operation/index.ts'
import type { Clock } from '../clock.ts'
import { decodeEvent, UnknownStoredEvent } from '../event-codec.ts'
import { follow } from '../follow.ts'
import type { Log } from '../log.ts'
import { beforeFirst, type EventStore, type Position, type StoredEvent } from '../ports/event-store.ts'

export type TimersOptions = {
  readonly eventStore: EventStore
  readonly clock: Clock
  readonly log: Log
  /** Tells an operation that a deadline of it may have passed; `last` is of its last event. When it throws, it is told again a little later. */
  readonly onDue: (operationId: OperationId, last: EventMetadata) => Promise<void>
  /** From 0 up to 1. Default `Math.random`. */
  readonly random?: () => number
}

export interface Timers {
  start(): void
  stop(): Promise<void>
  /** How many operations have a deadline ahead of them. */
  pending(): number
}

type Armed = { readonly state: OperationState; readonly last: EventMetadata; readonly dueMs: number }

const operationIdOf = (stream: string): OperationId => parseOperationId(stream.slice(operationCategory.length + 1))

const retryMs = 1000
/** The longest a timer of Node can be set for without ending at once. */
const longestTimeoutMs = 2 ** 31 - 1

/**
 * The deadlines of all operations, durable because they are nothing but a fold of the log: rebuilt at start, kept up to date by
 * following it. Many processes may run timers on one log, each with all operations, so that none waits for a process that is gone: telling
 * an operation twice changes nothing. Where many are due, each process begins elsewhere and leaves out what others have come to first.
 */
export const createTimers = ({ eventStore, clock, log, onDue, random = Math.random }: TimersOptions): Timers => {
  const stopping = new AbortController()
  const armed = new Map<OperationId, Armed>()
  let position: Position = beforeFirst
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let firing: Promise<void> | null = null
  let caughtUp = false

  const take = (stored: StoredEvent) => {
    const operationId = operationIdOf(stored.stream)
    try {
      const state = operation.evolve(
        armed.get(operationId)?.state ?? operation.initial,
        // Only operation streams are followed.
        decodeEvent(stored) as Parameters<typeof operation.evolve>[1],
      )
      const deadline = nextDeadline(state)
      if (deadline === null) armed.delete(operationId)
      else armed.set(operationId, { state, last: stored.metadata, dueMs: Date.parse(deadline) })
    } catch (error) {
      if (!(error instanceof UnknownStoredEvent)) throw error
      // Nobody here can decide on that operation. The deadlines of all others hold.
      log.error(
        { err: error, operationId },
        'the deadlines of an operation are left to a version that knows its events',
      )
      armed.delete(operationId)
    }
  }

  const arm = () => {
    clearTimeout(timer)
    timer = undefined
    // One firing at a time; the one that is under way arms anew at its end.
    if (!caughtUp || firing || stopping.signal.aborted || armed.size === 0) return
    let earliest = Number.POSITIVE_INFINITY
    for (const { dueMs } of armed.values()) earliest = Math.min(earliest, dueMs)
    const inMs = Math.min(Math.max(0, earliest - clock.now()), longestTimeoutMs)
    timer = setTimeout(() => {
      firing = fire().finally(() => {
        firing = null
        arm()
      })
    }, inMs)
    timer.unref()
  }

  const fire = async () => {
    const now = clock.now()
    const due = [...armed].filter(([, { dueMs }]) => dueMs <= now)
    const first = Math.floor(random() * due.length)
    for (const [operationId, entry] of [...due.slice(first), ...due.slice(0, first)]) {
      // Has gone on since: another process, or a result that came after all.
      if (armed.get(operationId) !== entry) continue
      try {
        await onDue(operationId, entry.last)
      } catch (error) {
        log.warn({ err: error, operationId }, 'an operation could not be told that its deadline passed; trying again')
      }
      // Its own events re-arm it. Where there were none, it is asked again a little later.
      if (armed.get(operationId) === entry) armed.set(operationId, { ...entry, dueMs: clock.now() + retryMs })
    }
  }

  return {
    start: () => {
      running = follow({
        eventStore,
        log,
        name: 'timers',
        after: async () => position,
        categories: [operationCategory],
        signal: stopping.signal,
        onBatch: (batch) => {
          if (batch.kind === 'events') batch.events.forEach(take)
          else caughtUp = true
          position = batch.position
          arm()
        },
      })
    },
    stop: async () => {
      stopping.abort()
      clearTimeout(timer)
      await Promise.all([running, firing])
    },
    pending: () => armed.size,
  }
}
