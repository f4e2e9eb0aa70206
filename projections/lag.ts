import type { EventStore, Position } from '../commands/ports/event-store.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ViewStore } from './ports/view-store.ts'

/** How far a view is behind the log. */
export type ViewLag<Name extends string = string> = {
  readonly view: Name
  readonly checkpoint: Position
  readonly head: Position
  /** Positions between the two: as many events, or fewer, as positions have gaps. */
  readonly positions: number
  /** For how long it has been known to be behind; 0 when it is not. */
  readonly seconds: number
}

export type LagMeter<Name extends string = string> = {
  /** The log is not followed from now on. */
  readonly disconnected: () => void
  readonly connected: () => void
  readonly measure: (view: Name, checkpoint: Position, head: Position) => ViewLag<Name>
}

/**
 * Measures by this process's clock alone, as the times in events are those of other machines: a view is behind since a measurement first
 * found it short of a head that it still has not reached, or since the log was lost.
 */
export const createLagMeter = <Name extends string = string>(now: () => number): LagMeter<Name> => {
  const missed = new Map<Name, { readonly head: Position; readonly since: number }>()
  let lostSince: number | null = null

  return {
    disconnected: () => {
      lostSince ??= now()
    },
    connected: () => {
      lostSince = null
    },
    measure: (view, checkpoint, head) => {
      if (checkpoint >= head) {
        missed.delete(view)
        return { view, checkpoint, head, positions: 0, seconds: 0 }
      }
      const known = missed.get(view)
      const current = known && checkpoint < known.head ? known : { head, since: now() }
      missed.set(view, current)
      const since = Math.min(current.since, lostSince ?? current.since)
      return { view, checkpoint, head, positions: head - checkpoint, seconds: (now() - since) / 1000 }
    },
  }
}

/**
 * For a process that shows views which others keep. `seconds` count from the first call that found the view behind, so it is to be called every
 * now and then. Throws `EventStoreUnavailable` and `ViewStoreUnavailable`.
 */
export const createStoredLag = (
  deps: {
    readonly eventStore: Pick<EventStore, 'head'>
    readonly viewStore: Pick<ViewStore, 'checkpoint'>
    readonly clock: Pick<Clock, 'elapsedMs'>
  },
  views: readonly string[],
): (() => Promise<readonly ViewLag[]>) => {
  const { eventStore, viewStore, clock } = deps
  const meter = createLagMeter(clock.elapsedMs)
  return async () => {
    // First, so that what is applied meanwhile does not look as if it were missing.
    const head = await eventStore.head()
    return Promise.all(views.map(async (view) => meter.measure(view, await viewStore.checkpoint(view), head)))
  }
}
