import type { CofferEvent } from '../domain/catalogue.ts'
import { type DatastoreState, datastore } from '../domain/datastore/index.ts'
import { datastoreCategory, datastoreStream } from '../domain/datastore/stream.ts'
import type { Decider } from '../domain/decider.ts'
import { type FlavorState, flavor } from '../domain/flavor/index.ts'
import { flavorCategory, flavorStream } from '../domain/flavor/stream.ts'
import { type HostState, host } from '../domain/host/index.ts'
import { hostCategory } from '../domain/host/stream.ts'
import type { FlavorId } from '../domain/ids.ts'
import { type StreamName, streamCategory } from '../domain/stream.ts'
import type { DatastoreType } from '../domain/values/instance-spec.ts'
import { decodeEvent, UnknownStoredEvent } from './event-codec.ts'
import { follow } from './follow.ts'
import type { Log } from './log.ts'
import { beforeFirst, type EventStore, type Position, type StoredEvent } from './ports/event-store.ts'

/** What a request is checked against and placed by. It may be a moment old: the streams themselves decide. */
export interface Directory {
  start(): void
  stop(): Promise<void>
  /** Resolves once everything in the log at the call of `start` has been taken in; rejects when the signal aborts first. */
  ready(signal: AbortSignal): Promise<void>
  /**
   * Resolves once everything in the log at the call has been taken in, and all the same after a bounded time or when the signal aborts. Throws
   * `EventStoreUnavailable`.
   */
  catchUp(signal: AbortSignal): Promise<void>
  flavor(flavorId: FlavorId): FlavorState
  flavors(): readonly FlavorState[]
  datastore(type: DatastoreType): DatastoreState
  datastores(): readonly DatastoreState[]
  hosts(): readonly HostState[]
}

export type DirectoryOptions = {
  readonly eventStore: EventStore
  readonly log: Log
  /** How long `catchUp` waits at most. Default 2000. */
  readonly catchUpMs?: number
}

type Followed<State> = { readonly get: (stream: StreamName) => State; readonly all: () => readonly State[] }

/** The flavors, datastores and hosts of the log, folded in memory and kept up to date. */
export const createDirectory = ({ eventStore, log, catchUpMs = 2000 }: DirectoryOptions): Directory => {
  const stopping = new AbortController()
  const caughtUp = Promise.withResolvers<void>()
  const folds = new Map<string, (stream: StreamName, event: CofferEvent) => void>()
  const waiting = new Set<() => void>()
  let position: Position = beforeFirst
  let running: Promise<void> = Promise.resolve()

  /** Resolves once everything up to there has been taken in, or the signal aborts. */
  const reached = (wanted: Position, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (position < wanted && !signal.aborted) return
        waiting.delete(look)
        signal.removeEventListener('abort', look)
        resolve()
      }
      waiting.add(look)
      signal.addEventListener('abort', look)
      look()
    })

  const followed = <State, Command, Event extends CofferEvent>(
    category: string,
    decider: Decider<State, Command, Event>,
  ): Followed<State> => {
    const states = new Map<StreamName, State>()
    // A stream of this category holds events of this aggregate alone.
    folds.set(category, (stream, event) =>
      states.set(stream, decider.evolve(states.get(stream) ?? decider.initial, event as Event)),
    )
    return { get: (stream) => states.get(stream) ?? decider.initial, all: () => [...states.values()] }
  }

  const flavors = followed(flavorCategory, flavor)
  const datastores = followed(datastoreCategory, datastore)
  const hosts = followed(hostCategory, host)

  const take = (stored: StoredEvent) => {
    try {
      folds.get(streamCategory(stored.stream))?.(stored.stream, decodeEvent(stored))
    } catch (error) {
      if (!(error instanceof UnknownStoredEvent)) throw error
      // The stream itself decides, and is refused to be read. All others are found as before.
      log.error({ err: error, stream: stored.stream }, 'an event is left out that only a later version knows')
    }
  }

  return {
    start: () => {
      running = follow({
        eventStore,
        log,
        name: 'directory',
        after: async () => position,
        categories: [...folds.keys()],
        signal: stopping.signal,
        onBatch: (batch) => {
          if (batch.kind === 'caught-up') caughtUp.resolve()
          else batch.events.forEach(take)
          position = batch.position
          for (const look of [...waiting]) look()
        },
      })
    },
    stop: async () => {
      stopping.abort()
      await running
    },
    ready: (signal) =>
      Promise.race([
        caughtUp.promise,
        new Promise<never>((_, reject) => {
          if (signal.aborted) reject(signal.reason)
          else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        }),
      ]),
    catchUp: async (signal) =>
      reached(await eventStore.head(), AbortSignal.any([signal, AbortSignal.timeout(catchUpMs)])),
    flavor: (flavorId) => flavors.get(flavorStream(flavorId)),
    flavors: flavors.all,
    datastore: (type) => datastores.get(datastoreStream(type)),
    datastores: datastores.all,
    hosts: hosts.all,
  }
}
