import type { StoredEvent } from '../commands/ports/event-store.ts'
import { aggregates, allCategories, type Category } from '../domain/aggregates.ts'
import type { CofferEvent, CofferEventType } from '../domain/catalogue.ts'
import type { EventOf } from '../domain/event-definition.ts'
import type { EventMetadata } from '../domain/metadata.ts'
import { checkEvents, type UnreadableReason } from '../domain/read-event.ts'
import { streamId } from '../domain/stream.ts'
import { entriesIn, type Lists, namesOf } from './lists.ts'
import type { Document, IndexEntry } from './ports/view-store.ts'

type Place = Pick<StoredEvent, 'id' | 'stream' | 'revision' | 'position'>

/** An event brought up to the present version, with where and how it was stored. */
export type Projected<Event> = Event & Place & { readonly metadata: EventMetadata }

/** The type under which views are told of an event that cannot be read. No view but those that list such events takes it. */
export const unreadable = 'unreadable'
export type UnreadableStored = Place & {
  readonly type: typeof unreadable
  readonly storedType: string
  readonly reason: UnreadableReason
  readonly detail: string
}
export type ProjectedEvent = Projected<CofferEvent> | UnreadableStored

/**
 * How one view follows from the log: pure data and pure functions. `evolve` bears an event that is delivered twice in a row: the
 * second delivery changes nothing.
 */
export type Projection<D extends Document = Document, V extends string = string, L extends string = string> = {
  readonly view: V
  /** Raised with every change of what the documents are made of: a store that outlives the program keeps them apart (`versioned-views.ts`). */
  readonly version: number
  /** The categories of streams whose events it takes. */
  readonly categories: readonly Category[]
  /** True when `evolve` never looks at the document that was there, so that none need be read. */
  readonly blind: boolean
  /** The documents that the event concerns, in the order in which they evolve. Empty for an event that is ignored. */
  keysOf(event: ProjectedEvent): readonly string[]
  // Methods, so that a projection of any documents is a `Projection`: it is only ever given documents it has made.
  /** Null: there is none, or none any more. `other` reads another of the event's keys, as far as it has evolved. */
  evolve(document: D | null, event: ProjectedEvent, key: string, other: Other<D>): D | null
  entries(document: D, key: string): readonly IndexEntry[]
  /** What its lists are called. */
  readonly lists: readonly L[]
}

export type Other<D> = (key: string) => D | null

const noKeys: readonly string[] = []

type EventsOf<C extends Category> = C extends Category ? EventOf<(typeof aggregates)[C]['events']> : never

type Handler<D, E> = (document: D | null, event: Projected<E>, key: string, other: Other<D>) => D | null

/** Every event type of these categories, so that a new one does not compile until it is decided what a view makes of it. */
export type HandlersOf<D extends Document, C extends Category> = {
  readonly [T in EventsOf<C>['type']]: 'ignored' | Handler<D, Extract<EventsOf<C>, { readonly type: T }>>
}

type FoldSpec<D extends Document, C extends Category, V extends string, L extends string> = {
  readonly view: V
  readonly version: number
  readonly keysOf: (event: Projected<EventsOf<C>>) => readonly string[]
  readonly on: HandlersOf<D, C>
  readonly lists: Lists<D, L>
  /** By which it is sorted in every list, and found on the next page: no two documents of one list share one. */
  readonly sortKey: (document: D) => string
}

/**
 * The fold of a view whose documents `D` follow from events of the categories `C`. Events of other categories are ignored. Called twice, as the
 * compiler finds out the names of view and lists only where it is told nothing else.
 */
export const defineFold =
  <D extends Document, C extends Category>() =>
  <const V extends string, L extends string>({
    view,
    version,
    keysOf,
    on,
    lists,
    sortKey,
  }: FoldSpec<D, C, V, L>): Projection<D, V, L> => {
    // Looked up by the event's own type, so that handler and event belong together, which the compiler cannot follow.
    const handlers = on as unknown as Readonly<Partial<Record<CofferEventType, 'ignored' | Handler<D, CofferEvent>>>>
    const handlerOf = ({ type }: ProjectedEvent) => {
      const handler = type === unreadable ? undefined : handlers[type]
      return handler === 'ignored' ? undefined : handler
    }
    return {
      view,
      version,
      categories: allCategories.filter((category) =>
        Object.keys(aggregates[category].events).some((type) => type in on),
      ),
      blind: false,
      keysOf: (event) => (handlerOf(event) ? keysOf(event as Projected<EventsOf<C>>) : noKeys),
      // Asked only of events that have a handler, and those can be read.
      evolve: (document, event, key, other) =>
        handlerOf(event)?.(document, event as Projected<CofferEvent>, key, other) ?? null,
      entries: entriesIn(lists, sortKey),
      lists: namesOf(lists),
    }
  }

/** Checks stored events for projections. Those of other programs' streams are left out. */
export const readProjected = (stored: readonly StoredEvent[]): readonly ProjectedEvent[] =>
  checkEvents(stored).map((checked): ProjectedEvent => {
    const { id, stream, revision, position, type } = checked.stored
    if (!checked.readable) {
      const { reason, detail } = checked
      return { type: unreadable, storedType: type, reason, detail, id, stream, revision, position }
    }
    return { ...checked.event, id, stream, revision, position, metadata: checked.metadata }
  })

/** The id of the aggregate whose event it is. */
export const aggregateId = ({ stream }: Pick<StoredEvent, 'stream'>): string => streamId(stream)
