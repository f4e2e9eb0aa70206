import type { Position, StoredEvent } from '../commands/ports/event-store.ts'
import { allCategories } from '../domain/aggregates.ts'
import type { Log } from '../kernel/log.ts'
import { type ProjectedEvent, type Projection, readProjected, unreadable } from './projection.ts'
import type { ProjectionMetrics } from './telemetry.ts'

/** How many of them are known as logged, so that each is logged once and memory is bounded. */
const maxKnown = 10_000

/** Checks what was stored. An event that cannot be read is counted and logged once; only the views that list such events take it. */
export const createEventReader = ({
  log,
  metrics,
}: {
  readonly log: Log
  readonly metrics: Pick<ProjectionMetrics, 'skipped'>
}): EventReader => {
  const known = new Set<Position>()
  return (stored) => {
    const events = readProjected(stored)
    for (const event of events) {
      if (event.type !== unreadable || known.has(event.position)) continue
      if (known.size < maxKnown) known.add(event.position)
      const { stream, revision, position, storedType, reason, detail } = event
      metrics.skipped(reason)
      log.warn(
        { stream, revision, position, type: storedType, reason, detail },
        'an event cannot be read and is left out',
      )
    }
    return events
  }
}

export type EventReader = (stored: readonly StoredEvent[]) => readonly ProjectedEvent[]

/** What to ask the log for: undefined, which is everything, where a projection takes every category there is. */
export const categoriesOf = (projections: readonly Projection[]): readonly string[] | undefined =>
  projections.some(({ categories }) => categories.length === allCategories.length)
    ? undefined
    : [...new Set(projections.flatMap(({ categories }) => categories))]
