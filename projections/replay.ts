import type { EventStore, Position, StoredEvent, SubscriptionBatch } from '../commands/ports/event-store.ts'
import { eventMark } from '../commands/ports/log-mark.ts'
import { coalesce } from './coalesce.ts'
import { createLogId } from './log-id.ts'
import { neverWritten } from './ports/view-store.ts'
import type { ProjectedEvent, Projection } from './projection.ts'
import { categoriesOf, createEventReader } from './read-events.ts'
import { noMetrics, type ProjectionLog } from './telemetry.ts'
import { createViewProjector, type ProjectedViews, type ViewProjector } from './view-projector.ts'

export type ReplayDeps = {
  readonly eventStore: EventStore
  readonly read: (stored: readonly StoredEvent[]) => readonly ProjectedEvent[]
}

/** `events`: how many were read so far. `position`: up to where. `end`: where it ends. */
export type ReplayProgress = { readonly events: number; readonly position: Position; readonly end: Position }

export type ReplayOptions = {
  /** Not beyond this position, which is one of a subscription or of an event; default: everything there is now. */
  readonly until?: Position
  readonly signal: AbortSignal
  /** Told after every batch. */
  readonly onProgress?: (progress: ReplayProgress) => void
}

/** `events`: how many were read. `position`: where the views are now, or further if somebody else moves them too. */
export type Replayed = { readonly events: number; readonly position: Position }

/** How many events are read ahead while the views are busy with those before. */
const maxReadAhead = 4096

/** Takes views over the log from where the last of them is, once, and ends. Throws what `readAll` and `advance` throw. */
export const replay = async (
  { eventStore, read }: ReplayDeps,
  projectors: readonly ViewProjector[],
  { until, signal, onProgress }: ReplayOptions,
): Promise<Replayed> => {
  // Asked for first, so that all events up to it are among those read.
  const end = until ?? (await eventStore.head())
  let position = Math.min(...(await Promise.all(projectors.map((projector) => projector.refresh()))))
  let events = 0

  const advance = async (batch: readonly StoredEvent[], to: Position): Promise<void> => {
    const last = batch.at(-1)
    const range = { events: read(batch), position: to, lastEvent: last ? eventMark(last) : null }
    const advances = await Promise.all(projectors.map((projector) => projector.advance(position, range, signal)))
    if (advances.includes('behind')) throw new ViewMovedBack()
    events += batch.length
    position = to
    onProgress?.({ events, position, end })
  }

  const categories = categoriesOf(projectors.map(({ projection }) => projection))
  const left = new AbortController()
  const either = AbortSignal.any([signal, left.signal])
  const pages = eventStore.readAll({ after: position, ...(categories && { categories }), signal: either })
  const stop = () => left.abort()
  for await (const batch of coalesce(asBatches(pages), { maxEvents: maxReadAhead, stop })) {
    const wanted = batch.events.filter((event) => event.position <= end)
    const last = wanted.at(-1)
    if (last) await advance(wanted, last.position)
    if (wanted.length < batch.events.length) break
  }
  signal.throwIfAborted()
  if (position < end) await advance([], end)
  return { events, position }
}

async function* asBatches(pages: AsyncIterable<readonly StoredEvent[]>): AsyncGenerator<SubscriptionBatch> {
  for await (const events of pages) {
    const last = events.at(-1)
    if (last) yield { kind: 'events', events, position: last.position }
  }
}

export type Replay = (projections: readonly Projection[], options: ReplayOptions) => Promise<Replayed>

/** Replays into a store of its own, for views that no engine moves. */
export const createReplayer = ({
  eventStore,
  viewStore,
  log,
}: {
  readonly eventStore: EventStore
  readonly viewStore: ProjectedViews
  readonly log: ProjectionLog
}): Replay => {
  const read = createEventReader({ log, metrics: noMetrics })
  const backOff = { firstMs: 50, maxMs: 10_000 }
  return (projections, options) => {
    const logId = createLogId(eventStore, options.signal)
    const deps = { viewStore, logId, completeAt: async () => neverWritten, log, metrics: noMetrics, backOff }
    const projectors = projections.map((projection) => createViewProjector(deps, projection))
    return replay({ eventStore, read }, projectors, options)
  }
}

/** Thrown when a view is behind where it was a moment ago: it was dropped or swapped meanwhile. Replaying again goes on from there. */
export class ViewMovedBack extends Error {
  override readonly name = 'ViewMovedBack'
  readonly code = 'VIEW_MOVED_BACK'
  constructor() {
    super('a view was dropped or replaced while the log was replayed')
  }
}
