import type { UnreadableReason } from '../domain/read-event.ts'

/** What is counted, for whoever keeps the metrics. */
export type ProjectionMetrics = {
  /** A batch was applied: how many events it had, how many documents it wrote, and how long it took. */
  readonly applied: (view: string, counts: { events: number; writes: number; seconds: number }) => void
  /** Another projector had been faster, and nothing was written. */
  readonly stale: (view: string) => void
  /** An event that cannot be read was left out, for the first time since the start. */
  readonly skipped: (reason: UnreadableReason) => void
  /** A projection threw. */
  readonly failed: (view: string) => void
  /** The subscription to the log was lost. */
  readonly dropped: () => void
}

export const noMetrics: ProjectionMetrics = {
  applied: () => {},
  stale: () => {},
  skipped: () => {},
  failed: () => {},
  dropped: () => {},
}
