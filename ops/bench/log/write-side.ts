import { randomBytes } from 'node:crypto'
import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import type { Dispatch } from '../../../commands/api.ts'
import { createDirectory, type Directory } from '../../../commands/directory.ts'
import { createDispatch } from '../../../commands/dispatch/dispatch.ts'
import { createHandler, type Handler } from '../../../commands/handle.ts'
import type { AppendResult, EventStore, NewEvent, StoredEvent } from '../../../commands/ports/event-store.ts'
import { timeoutOfEach } from '../../../commands/public/definition.ts'
import type { MasterKey } from '../../../commands/secrets/master-key.ts'
import type { StreamName } from '../../../domain/stream.ts'
import type { WallClock } from '../../../kernel/clock.ts'
import type { IdSource } from '../../../kernel/ids.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import type { Log } from '../../../kernel/log.ts'

export type WriteSide = {
  readonly eventStore: EventStore
  readonly clock: WallClock
  readonly ids: IdSource
  readonly handler: Handler
  readonly directory: Directory
  readonly masterKey: MasterKey
  readonly dispatch: Dispatch
  readonly close: () => Promise<void>
}

export type WriteSideOptions = {
  /** Told of everything that was appended, after it was. */
  readonly onAppended?: (events: readonly StoredEvent[]) => void
}

const plenty = 1_000_000
const minute = 60_000

/** Drops what is of no concern here and throws for the rest: a figure of a program that is in trouble means nothing. */
export const strictLog: Log = {
  debug: () => {},
  info: () => {},
  warn: (fields, message) => {
    throw new Error(`${message}: ${JSON.stringify(fields)}`)
  },
  error: (fields, message) => {
    throw new Error(`${message}: ${JSON.stringify(fields)}`)
  },
}

/** The real write side on the embedded stores in this directory: no relay, no sagas, no views. Quotas are no concern. */
export const openWriteSide = (dataDir: string, options: WriteSideOptions = {}): WriteSide => {
  const database = openEmbeddedDatabase({ dataDir })
  const eventStore = createEmbeddedEventStore({ database })
  const side = createWriteSide(eventStore, options)
  return {
    ...side,
    close: async () => {
      await side.close()
      await eventStore.close()
      await database.close()
    },
  }
}

/** The same on any event store, which stays open when the write side is closed. */
export const createWriteSide = (store: EventStore, { onAppended }: WriteSideOptions = {}): WriteSide => {
  const eventStore: EventStore = onAppended
    ? {
        ...store,
        append: async (stream, events, expected) => {
          const appended = await store.append(stream, events, expected)
          onAppended(storedAs(stream, events, appended))
          return appended
        },
      }
    : store
  const kernel = systemKernel(strictLog)
  const { clock, ids } = kernel
  const handler = createHandler({ ...kernel, eventStore })
  const directory = createDirectory({ ...kernel, eventStore })
  const masterKey = randomBytes(32)
  const dispatch = createDispatch({
    ...kernel,
    handler,
    directory,
    eventStore,
    masterKey,
    // Nothing is cancelled here, and no message was parked.
    findInstanceOf: async () => null,
    bus: { deadLetters: { get: async () => null } },
    settings: {
      defaultQuota: { instances: plenty, vcpus: plenty, memoryMiB: plenty, volumeGiB: plenty },
      defaultFlavor: 'small',
      defaultVolumeGiB: 1,
      maxVolumeGiB: 100,
      operationTimeoutMs: timeoutOfEach(5 * minute),
      reservationMs: 10 * minute,
      maxTokens: plenty,
      idempotencyKeyLifetimeMs: 60 * minute,
    },
  })
  directory.start()
  return {
    eventStore,
    clock,
    ids,
    handler,
    directory,
    masterKey,
    dispatch,
    close: directory.stop,
  }
}

/** As the relay finds them, but for the position, of which only that of the last is known. */
const storedAs = (
  stream: StreamName,
  events: readonly NewEvent[],
  { revision, position }: AppendResult,
): readonly StoredEvent[] =>
  events.map((event, at) => ({ ...event, stream, revision: revision - (events.length - 1 - at), position }))
