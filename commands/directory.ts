import { tryCategory } from '../domain/aggregates.ts'
import { type DatastoreState, datastore, datastoreCategory, datastoreStream } from '../domain/datastore/index.ts'
import { type FlavorState, flavor, flavorCategory, flavorStream } from '../domain/flavor/index.ts'
import { type HostState, host, hostCategory, hostStream } from '../domain/host/index.ts'
import type { FlavorId, HostId } from '../domain/ids.ts'
import type { StreamName } from '../domain/stream.ts'
import { claimingCategories } from '../domain/stream-claims.ts'
import type { DatastoreType } from '../domain/values/instance-spec.ts'
import type { Log } from '../kernel/log.ts'
import { createFollower, type FollowerKernel, type FollowerStatus, openLog } from './follower.ts'
import { type HistoryFault, missingEvents } from './history.ts'
import { beforeFirst, type EventStore, type Position } from './ports/event-store.ts'
import { createStreamClaims, type StreamClaims } from './stream-claims.ts'
import { createStreamFolds, foldedCategories } from './stream-folds.ts'

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
  host(hostId: HostId): HostState
  /** Which streams others rest on. */
  readonly claims: StreamClaims
  /** Why a flavor, datastore or host is left out, where its history cannot be read, or was taken away. */
  refusal(stream: StreamName): HistoryFault | undefined
  /** Of the hosts that are left out. */
  hostRefusals(): readonly HistoryFault[]
  status(): FollowerStatus
}

export type DirectoryOptions = FollowerKernel & {
  readonly eventStore: EventStore
  readonly log: Log
  /** How long `catchUp` waits at most. Default 2000. */
  readonly catchUpMs?: number
}

const foldedHere: readonly string[] = [flavorCategory, datastoreCategory, hostCategory]

/** The flavors, datastores and hosts of the log, folded in memory and kept up to date. */
export const createDirectory = (options: DirectoryOptions): Directory => {
  const { eventStore, log, timers, catchUpMs = 2000 } = options
  const caughtUp = Promise.withResolvers<void>()
  const waiting = new Set<() => void>()
  let position: Position = beforeFirst

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

  const folded = { eventStore, log }
  const flavors = createStreamFolds({ ...folded, category: flavorCategory, decider: flavor })
  const datastores = createStreamFolds({ ...folded, category: datastoreCategory, decider: datastore })
  const hosts = createStreamFolds({ ...folded, category: hostCategory, decider: host })
  const folds = [flavors, datastores, hosts]
  const claims = createStreamClaims()

  /** Instances rest on it, and there is nothing of it. */
  const lossOf = (stream: StreamName): HistoryFault | undefined => {
    const isOurs = foldedHere.some((category) => category === tryCategory(stream))
    const isLost = isOurs && claims.isClaimed(stream) && !folds.some((fold) => fold.has(stream) || fold.refusal(stream))
    return isLost ? missingEvents(stream, 0, null) : undefined
  }
  const refusal = (stream: StreamName): HistoryFault | undefined =>
    folds.map((fold) => fold.refusal(stream)).find((fault) => fault !== undefined) ?? lossOf(stream)

  const follower = createFollower({
    ...options,
    name: 'directory',
    place: async () => position,
    open: openLog(eventStore, [...new Set([...foldedCategories(...foldedHere), ...claimingCategories])]),
    handle: async (batch) => {
      for (const checked of batch.events) {
        for (const fold of folds) await fold.take(checked)
        if (checked.readable) claims.take(checked.stored.stream, checked.event)
      }
      if (batch.caughtUp) caughtUp.resolve()
      position = batch.position
      for (const look of [...waiting]) look()
    },
  })

  return {
    start: follower.start,
    stop: follower.stop,
    ready: (signal) =>
      Promise.race([
        caughtUp.promise,
        new Promise<never>((_, reject) => {
          if (signal.aborted) reject(signal.reason)
          else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        }),
      ]),
    catchUp: async (signal) => reached(await eventStore.head(), AbortSignal.any([signal, timers.timeout(catchUpMs)])),
    flavor: (flavorId) => flavors.get(flavorStream(flavorId)),
    flavors: flavors.all,
    datastore: (type) => datastores.get(datastoreStream(type)),
    datastores: datastores.all,
    hosts: hosts.all,
    claims,
    refusal,
    hostRefusals: () => [
      ...hosts.refusals(),
      ...claims.streams().flatMap((stream) => (tryCategory(stream) === hostCategory ? (lossOf(stream) ?? []) : [])),
    ],
    host: (hostId) => hosts.get(hostStream(hostId)),
    status: follower.status,
  }
}
