import type { EventStore } from '../../commands/ports/event-store.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { watchLogIdentity } from '../../commands/watch-log-identity.ts'
import type { Tracer } from '../../kernel/tracer.ts'
import { isDistributed } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import { traceAppends } from '../tracing/traced.ts'
import { openDistributedBus, openDistributedStores } from './distributed-stores.ts'
import { openEmbeddedStores } from './embedded-stores.ts'
import type { BusAlone, Stores, StoresContext } from './stores-context.ts'

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
