import type { CheckpointStore } from '../../commands/ports/checkpoint-store.ts'
import type { EventStore } from '../../commands/ports/event-store.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import type { StreamInspector } from '../../commands/ports/stream-inspector.ts'
import { watchLogIdentity } from '../../commands/watch-log-identity.ts'
import type { Log } from '../../kernel/log.ts'
import type { Tracer } from '../../kernel/tracer.ts'
import { type Config, isDistributed } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import { traceAppends } from '../tracing/traced.ts'
import { openDistributedBus, openDistributedStores } from './distributed-stores.ts'
import { openEmbeddedStores } from './embedded-stores.ts'

export type Stores = {
  readonly eventStore: EventStore
  readonly bus: MessageBus
  readonly checkpoints: CheckpointStore
  readonly inspector: StreamInspector
  /** Names this process among those on the same stores. */
  readonly holder: string
  /** Whether another process may have the same roles on the same stores. */
  readonly isShared: boolean
  /** Whether there is a log of ours beside this one, without a namespace. Null where streams cannot have one. */
  readonly hasLogWithoutNamespace: (() => Promise<boolean>) | null
  readonly close: () => Promise<void>
}

export type BusAlone = Pick<Stores, 'bus' | 'close'>

export type StoresContext = {
  readonly config: Config
  readonly log: Log
  /** Told when a store has given up for good, or has another log than before: this process cannot do its work any more. */
  readonly onFatal: (error: Error) => void
}

/** For tests: what stands between the program and its stores, to see, delay or break off what passes. */
export type DecorateStores = {
  readonly eventStore?: (store: EventStore) => EventStore
  readonly bus?: (bus: MessageBus) => MessageBus
}

/** The stores that the configuration names. Throws errors whose messages say what to do: see `openEmbeddedStores` and `openDistributedStores`. */
export const openStores = (
  context: StoresContext,
  { metrics, tracer }: { readonly metrics: Metrics; readonly tracer: Tracer },
  decorate: DecorateStores,
): Stores => {
  const stores = isDistributed(context.config) ? openDistributedStores(context) : openEmbeddedStores(context)
  const recognised = watchLogIdentity(stores.eventStore, context.onFatal)
  const watched = traceAppends(tracer, metrics.timeAppends(recognised))
  return {
    ...stores,
    eventStore: decorate.eventStore?.(watched) ?? watched,
    bus: decorate.bus?.(stores.bus) ?? stores.bus,
  }
}

/** For a process that is an agent and nothing else. The embedded bus is a part of all the embedded stores. */
export const openBus = (context: StoresContext, decorate: DecorateStores): BusAlone => {
  const { bus, close } = isDistributed(context.config) ? openDistributedBus(context) : openEmbeddedStores(context)
  return { bus: decorate.bus?.(bus) ?? bus, close }
}
