import type { FollowerError, FollowerStatus } from '../commands/follower.ts'
import type { EventStore } from '../commands/ports/event-store.ts'
import type { MessageBus } from '../commands/ports/message-bus.ts'
import type { ConsumerStatus } from '../commands/sagas/watch-consumer.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { within } from '../kernel/within.ts'
import type { ProjectionEngine } from '../projections/engine.ts'
import { createLagMeter } from '../projections/lag.ts'

/** How one follower of this process fares. `behind`: positions of the log, or messages of the bus; null where that cannot be found out now. */
export type FollowerReport = {
  readonly name: string
  readonly follows: 'log' | 'bus'
  readonly state: string
  /** Everything up to here is handled; null for a follower of the bus, which has an offset for each partition. */
  readonly position: number | null
  readonly behind: number | null
  /** For how long it has been behind without reaching what was there when that was first seen. */
  readonly behindSeconds: number
  /** In a row. */
  readonly failures: number
  readonly error: (Omit<FollowerError, 'at'> & { readonly at: string | null }) | null
}

export type FollowerSources = {
  readonly eventStore: Pick<EventStore, 'head'>
  readonly bus: Pick<MessageBus, 'lag'>
  /** Those of this process that run. */
  readonly log: () => readonly FollowerStatus[]
  readonly consumers: () => readonly ConsumerStatus[]
  /** Where this process keeps views. */
  readonly engine: Pick<ProjectionEngine, 'health' | 'lag'> | null
  readonly kernel: Pick<Kernel, 'clock' | 'timers'>
}

/** Reads how every follower of this process fares. Never throws: what cannot be found out is null. */
export type ReadFollowers = () => Promise<readonly FollowerReport[]>

const patienceMs = 2000

export const createFollowerReader = ({
  eventStore,
  bus,
  log,
  consumers,
  engine,
  kernel: { clock, timers },
}: FollowerSources): ReadFollowers => {
  const meter = createLagMeter<string>(clock.elapsedMs)

  const ofLog = async (): Promise<readonly FollowerReport[]> => {
    const statuses = engine === null ? log() : [...log(), engine.health().feed]
    const head = await within(timers, patienceMs, eventStore.head).catch(() => null)
    return statuses.map(({ name, state, position, failures, error }) => {
      // One that stands by has nothing to handle: the other process has.
      const lag = head === null || state === 'waiting' ? null : meter.measure(name, position, head)
      const behind = lag?.positions ?? null
      return { name, follows: 'log', state, position, behind, behindSeconds: lag?.seconds ?? 0, failures, error }
    })
  }

  const ofBus = (): Promise<readonly FollowerReport[]> =>
    Promise.all(
      consumers().map(async ({ name, group, failures, seconds, error }) => {
        const lags = await within(timers, patienceMs, () => bus.lag(group)).catch(() => null)
        const behind = lags === null ? null : lags.reduce((sum, { messages }) => sum + messages, 0)
        const state = failures > 0 ? 'failing' : 'following'
        return { name, follows: 'bus' as const, state, position: null, behind, behindSeconds: seconds, failures, error }
      }),
    )

  const ofViews = async (): Promise<readonly FollowerReport[]> => {
    if (engine === null) return []
    const lags = await within(timers, patienceMs, engine.lag).catch(() => [])
    return engine.health().views.map(({ view, status, checkpoint, failures, error }) => {
      const lag = lags.find((candidate) => candidate.view === view)
      return {
        name: `view ${view}`,
        follows: 'log',
        state: status,
        position: checkpoint,
        behind: lag?.positions ?? null,
        behindSeconds: lag?.seconds ?? 0,
        failures,
        error,
      }
    })
  }

  return async () => (await Promise.all([ofLog(), ofBus(), ofViews()])).flat()
}
