import type { EventRange } from './project-batch.ts'

/** What one view is handed. `live`: it happened while the log was being followed, not long ago. */
export type FedRange = EventRange & { readonly live: boolean }

/**
 * What one view has still to take. Ranges that wait are put together, so that a view at rest gets every event at once and a busy one gets
 * few large ranges.
 */
export type Lane = {
  readonly offer: (range: FedRange) => void
  /** Takes all that waits, and waits where nothing does. Null once the lane is closed. */
  readonly take: () => Promise<FedRange | null>
  /** Resolves once fewer than `maxEvents` wait, or the lane is closed. */
  readonly room: () => Promise<void>
  readonly hasRoom: () => boolean
  /** What waits is dropped. */
  readonly close: () => void
}

export const createLane = (maxEvents: number): Lane => {
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
    changed()
    return taken
  }
  const hasRoom = () => isClosed || waitingEvents < maxEvents

  return {
    offer: (range) => {
      if (isClosed) return
      waiting.push(range)
      waitingEvents += range.events.length
      changed()
    },
    take: async () => {
      while (waiting.length === 0 && !isClosed) await change.promise
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
