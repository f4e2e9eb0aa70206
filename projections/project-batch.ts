import type { Position } from '../commands/ports/event-store.ts'
import type { EventMark } from '../commands/ports/log-mark.ts'
import type { Document, ViewStore, ViewWrite } from './ports/view-store.ts'
import type { ProjectedEvent, Projection } from './projection.ts'

/** Thrown when a projection throws, which is a bug in it. `event`: the one it cannot take. */
export class ProjectionFailed extends Error {
  override readonly name = 'ProjectionFailed'
  readonly code = 'PROJECTION_FAILED'
  readonly event: ProjectedEvent
  constructor(projection: Projection, event: ProjectedEvent, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`view ${projection.view} cannot take ${event.type} at position ${event.position}: ${reason}`, { cause })
    this.event = event
  }
}

/**
 * Some events in order, and the position that is reached with them. `lastEvent`: the last one the log has among them, whether or not this
 * program knows it.
 */
export type EventRange = {
  readonly events: readonly ProjectedEvent[]
  readonly position: Position
  readonly lastEvent: EventMark | null
}

/**
 * What a range of events does to a view: reads the documents they concern, evolves them in memory, and says what to write. Throws
 * `ProjectionFailed` for an event the projection throws on, `ViewStoreUnavailable` when the documents cannot be read.
 */
export const projectBatch = async (
  projection: Projection,
  { events }: Pick<EventRange, 'events'>,
  viewStore: Pick<ViewStore, 'getMany'>,
): Promise<readonly ViewWrite[]> => {
  if (projection.blind) return writeEach(projection, events)
  const drafts = new Map<string, Draft>()
  const steps = stepsOf(projection, events, drafts)
  if (steps.length === 0) return []
  await fill(drafts, viewStore, projection.view)
  evolveAll(projection, steps, drafts)
  return writesOf(projection, drafts)
}

/** A document on its way through the batch. `event`: the last that concerned it. */
type Draft = {
  readonly key: string
  before: Document | null
  after: Document | null
  event: ProjectedEvent
}

/** An event and one of the documents it concerns. */
type Step = { readonly event: ProjectedEvent; readonly draft: Draft }

const stepsOf = (
  projection: Projection,
  events: readonly ProjectedEvent[],
  drafts: Map<string, Draft>,
): readonly Step[] => {
  const draftOf = (key: string, event: ProjectedEvent): Draft => {
    const known = drafts.get(key)
    if (known) return known
    const draft = { key, before: null, after: null, event }
    drafts.set(key, draft)
    return draft
  }
  const steps: Step[] = []
  for (const event of events) {
    try {
      for (const key of projection.keysOf(event)) steps.push({ event, draft: draftOf(key, event) })
    } catch (error) {
      throw new ProjectionFailed(projection, event, error)
    }
  }
  return steps
}

const fill = async (
  drafts: ReadonlyMap<string, Draft>,
  viewStore: Pick<ViewStore, 'getMany'>,
  view: string,
): Promise<void> => {
  const documents = await viewStore.getMany<Document>(view, [...drafts.keys()], { forBuilding: true })
  let at = 0
  for (const draft of drafts.values()) {
    draft.before = draft.after = documents[at] ?? null
    at += 1
  }
}

const evolveAll = (projection: Projection, steps: readonly Step[], drafts: ReadonlyMap<string, Draft>): void => {
  const other = (key: string) => drafts.get(key)?.after ?? null
  for (const { event, draft } of steps) {
    try {
      draft.after = projection.evolve(draft.after, event, draft.key, other)
      draft.event = event
    } catch (error) {
      throw new ProjectionFailed(projection, event, error)
    }
  }
}

const writesOf = (projection: Projection, drafts: ReadonlyMap<string, Draft>): readonly ViewWrite[] => {
  const writes: ViewWrite[] = []
  for (const { key, before, after, event } of drafts.values()) {
    if (after === before) continue
    try {
      writes.push(writeOf(projection, key, after))
    } catch (error) {
      throw new ProjectionFailed(projection, event, error)
    }
  }
  return writes
}

/** Where what was there does not matter, each event is written by itself. */
const writeEach = (projection: Projection, events: readonly ProjectedEvent[]): readonly ViewWrite[] => {
  const writes: ViewWrite[] = []
  for (const event of events) {
    try {
      for (const key of projection.keysOf(event)) {
        writes.push(writeOf(projection, key, projection.evolve(null, event, key, nothing)))
      }
    } catch (error) {
      throw new ProjectionFailed(projection, event, error)
    }
  }
  return writes
}

const nothing = () => null

const writeOf = (projection: Projection, key: string, document: Document | null): ViewWrite =>
  document === null
    ? { kind: 'delete', key }
    : { kind: 'put', key, document, entries: projection.entries(document, key) }
