import type { Tracer } from '../kernel/tracer.ts'
import type { EventRange } from './project-batch.ts'
import { type Projection, unreadable } from './projection.ts'

/** Told when a range of events was applied to a view. `startedAt`: milliseconds since 1970. */
export type OnApplied = (projection: Projection, range: EventRange, startedAt: number) => void

/**
 * A span for every event of a trace that concerns the view, told when it is over: the events of a batch are applied together, so all of them
 * have its time.
 */
export const createAppliedTracer =
  (tracer: Tracer): OnApplied =>
  (projection, { events }, startedAt) => {
    for (const event of events) {
      if (event.type === unreadable) continue
      const { traceparent: parent, correlationId } = event.metadata
      if (parent === undefined || projection.keysOf(event).length === 0) continue
      tracer
        .start(`apply ${event.type}`, {
          parent,
          startedAt,
          attributes: {
            'coffer.view': projection.view,
            'coffer.event.id': event.id,
            'coffer.position': event.position,
            'coffer.operation.id': correlationId,
          },
        })
        .end()
    }
  }
