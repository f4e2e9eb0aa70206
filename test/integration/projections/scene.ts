import { onTestFinished } from 'vitest'
import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { type EventStore, EventStoreUnavailable, type SubscribeOptions } from '../../../commands/ports/event-store.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import type { Log } from '../../../kernel/log.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import {
  createProjectionEngine,
  type ProjectionEngine,
  type ProjectionEngineDeps,
} from '../../../projections/engine.ts'
import { allViews } from '../../../projections/registry.ts'
import { noMetrics } from '../../../projections/telemetry.ts'
import { appendAll, createEventLog } from '../../support/event-log.ts'
import type { TempDir } from '../../support/temp-dir.ts'

/** An event store whose readers can be cut off. */
export type BreakableEventStore = EventStore & {
  /** Every subscription that is open ends as one that was dropped. */
  readonly drop: () => void
  /** Until it is back nothing can be read. */
  readonly away: (isAway: boolean) => void
  readonly subscriptions: () => readonly SubscribeOptions[]
}

export const breakable = (store: EventStore): BreakableEventStore => {
  const subscriptions: SubscribeOptions[] = []
  let cut = new AbortController()
  let isAway = false
  const assertThere = () => {
    if (isAway) throw new EventStoreUnavailable('away for a test')
  }
  const drop = () => {
    cut.abort()
    cut = new AbortController()
  }
  return {
    ...store,
    drop,
    away: (away) => {
      isAway = away
      if (away) drop()
    },
    subscriptions: () => subscriptions,
    head: async () => {
      assertThere()
      return store.head()
    },
    readAll: async function* (options) {
      assertThere()
      yield* store.readAll(options)
    },
    subscribe: async function* (options) {
      assertThere()
      subscriptions.push(options)
      const dropped = cut.signal
      yield* store.subscribe({ ...options, signal: AbortSignal.any([options.signal, dropped]) })
      if (dropped.aborted) throw new EventStoreUnavailable('dropped for a test')
    },
  }
}

/** A log in a file, and engines that are stopped when the test is done. */
export const createScene = (dir: TempDir) => {
  const database = openEmbeddedDatabase({ dataDir: dir.next() })
  const eventStore = breakable(createEmbeddedEventStore({ database }))
  const viewStore = createMemoryViewStore()
  const log = createEventLog()
  const engines: ProjectionEngine[] = []
  let appended = 0

  onTestFinished(async () => {
    for (const engine of engines) await engine.stop()
    await eventStore.close()
    await database.close()
  })

  return {
    eventStore,
    viewStore,
    log,
    /** Appends what was added to the log since the last call; the position of the last event. */
    append: async (): Promise<number> => {
      const fresh = log.events().slice(appended)
      appended = log.events().length
      return appendAll(eventStore, fresh)
    },
    startEngine: (deps: Partial<ProjectionEngineDeps> = {}): ProjectionEngine => {
      const engine = createProjectionEngine({
        ...systemKernel(silent),
        eventStore,
        viewStore,
        projections: allViews,
        metrics: noMetrics,
        config: { backOff: { firstMs: 1, maxMs: 20 } },
        ...deps,
      })
      engines.push(engine)
      engine.start()
      return engine
    },
  }
}

/** Says nothing. Its methods are those of an object, as pino's are: torn from it they throw. */
export const silent: Log = new (class {
  #lines = 0
  debug(): void {
    this.#lines += 1
  }
  info(): void {
    this.#lines += 1
  }
  warn(): void {
    this.#lines += 1
  }
  error(): void {
    this.#lines += 1
  }
})()

export const within = (ms: number): AbortSignal => AbortSignal.timeout(ms)
