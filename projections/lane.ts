import type { Timer, Timers } from '../kernel/timers.ts'
import type { EventRange } from './project-batch.ts'

/** What one view is handed. `live`: it happened while the log was being followed, not long ago. */
export type FedRange = EventRange & { readonly live: boolean }

/**
 * What one view has still to take. Ranges that wait are put together, so that a view at rest gets every event at once and a busy one gets
 * few large ranges.
 */
export type Lane = {
  /** `concerned`: something in it is the view's. All else may rest for a while, as it moves the place of the view and nothing more. */
  readonly offer: (range: FedRange, concerned: boolean) => void
  /** Takes all that waits, and waits where nothing does, or what does may rest. Null once the lane is closed. */
  readonly take: () => Promise<FedRange | null>
  /** Resolves once fewer than `maxEvents` wait, or the lane is closed. */
  readonly room: () => Promise<void>
  readonly hasRoom: () => boolean
  /** What waits is dropped. */
  readonly close: () => void
}

export type LaneDeps = {
  /** How many events may wait. */
  readonly maxEvents: number
  /** How long at most what does not concern the view rests. */
  readonly restMs: number
  readonly timers: Pick<Timers, 'after'>
}

export const createLane = ({ maxEvents, restMs, timers }: LaneDeps): Lane => {
  let rest: Timer | null = null
  let isDue = false
  let waiting: FedRange[] = []
  let waitingEvents = 0
  let isClosed = false
  let change = Promise.withResolvers<void>()
  const changed = () => {
    change.resolve()
    change = Promise.withResolvers()
  }
  const empty = (): readonly FedRange[] => {
    const taken = waiting
    waiting = []
    waitingEvents = 0
    rest?.cancel()
    rest = null
    isDue = false
    changed()
    return taken
  }
  const hasRoom = () => isClosed || waitingEvents < maxEvents
  const becomeDue = () => {
    isDue = true
    changed()
  }

  return {
    offer: (range, concerned) => {
      if (isClosed) return
      waiting.push(range)
      waitingEvents += range.events.length
      if (concerned || !hasRoom()) becomeDue()
      else if (!isDue) rest ??= timers.after(restMs, becomeDue, { ref: false })
    },
    take: async () => {
      while (!isDue && !isClosed) await change.promise
      return isClosed ? null : merge(empty())
    },
    room: async () => {
      while (!hasRoom()) await change.promise
    },
    hasRoom,
    close: () => {
      isClosed = true
      empty()
    },
  }
}

/** At least one range. */
const merge = (ranges: readonly FedRange[]): FedRange => {
  const last = ranges[ranges.length - 1] as FedRange
  if (ranges.length === 1) return last
  const lastEvent = ranges.findLast((range) => range.lastEvent !== null)?.lastEvent ?? null
  return {
    events: ranges.flatMap(({ events }) => events),
    position: last.position,
    lastEvent,
    live: ranges.every(({ live }) => live),
  }
}
