import type { StoredEvent } from '../commands/ports/event-store.ts'
import { allCategories, type ProjectedEvent, type Projection, tryRead } from './projection.ts'
import type { ProjectionLog, ProjectionMetrics } from './telemetry.ts'

/** Decodes what was stored. What this program does not know is counted, logged and left out: a newer program wrote it. */
export const createEventReader =
  ({ log, metrics }: { readonly log: ProjectionLog; readonly metrics: Pick<ProjectionMetrics, 'skipped'> }) =>
  (stored: readonly StoredEvent[]): readonly ProjectedEvent[] => {
    const events: ProjectedEvent[] = []
    for (const one of stored) {
      const read = tryRead(one)
      if (read.known) {
        events.push(read.event)
        continue
      }
      metrics.skipped(one.type)
      log.warn({ stream: one.stream, position: one.position, type: one.type, reason: read.reason }, 'event skipped')
    }
    return events
  }

/** What to ask the log for: undefined, which is everything, where a projection takes every category there is. */
export const categoriesOf = (projections: readonly Projection[]): readonly string[] | undefined =>
  projections.some(({ categories }) => categories.length === allCategories.length)
    ? undefined
    : [...new Set(projections.flatMap(({ categories }) => categories))]
