import type { StoredEvent } from '../commands/ports/event-store.ts'
import { type CofferEvent, type CofferEventType, eventCatalogue } from '../domain/catalogue.ts'
import { datastoreEvents } from '../domain/datastore/events.ts'
import { datastoreCategory } from '../domain/datastore/stream.ts'
import { deadLetterEvents } from '../domain/dead-letter/events.ts'
import { deadLetterCategory } from '../domain/dead-letter/stream.ts'
import { type EventOf, tryDecodeEvent } from '../domain/event-definition.ts'
import { flavorEvents } from '../domain/flavor/events.ts'
import { flavorCategory } from '../domain/flavor/stream.ts'
import { hostEvents } from '../domain/host/events.ts'
import { hostCategory } from '../domain/host/stream.ts'
import { instanceEvents } from '../domain/instance/events.ts'
import { instanceCategory } from '../domain/instance/stream.ts'
import { operationEvents } from '../domain/operation/events.ts'
import { operationCategory } from '../domain/operation/stream.ts'
import { projectEvents } from '../domain/project/events.ts'
import { projectCategory } from '../domain/project/stream.ts'
import { requestEvents } from '../domain/request/events.ts'
import { requestCategory } from '../domain/request/stream.ts'
import { tokenEvents } from '../domain/token/events.ts'
import { tokenCategory } from '../domain/token/stream.ts'
import type { ViewName } from './documents.ts'
import type { Document, IndexEntry } from './ports/view-store.ts'

/** An event brought up to today's version, with where and how it was stored. */
export type Projected<Event> = Event & Pick<StoredEvent, 'id' | 'stream' | 'revision' | 'position' | 'metadata'>
export type ProjectedEvent = Projected<CofferEvent>

/**
 * How one view follows from the log: pure data and pure functions. `evolve` bears an event that is delivered twice in a row: the
 * second delivery changes nothing.
 */
export type Projection<D extends Document = Document> = {
  readonly view: ViewName
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
}

export type Other<D> = (key: string) => D | null

const noKeys: readonly string[] = []

/** The events of every category of streams. */
export const eventsByCategory = {
  [instanceCategory]: instanceEvents,
  [projectCategory]: projectEvents,
  [hostCategory]: hostEvents,
  [flavorCategory]: flavorEvents,
  [datastoreCategory]: datastoreEvents,
  [tokenCategory]: tokenEvents,
  [operationCategory]: operationEvents,
  [requestCategory]: requestEvents,
  [deadLetterCategory]: deadLetterEvents,
}
export type Category = keyof typeof eventsByCategory
export const allCategories = Object.keys(eventsByCategory) as readonly Category[]

type EventsOf<C extends Category> = C extends Category ? EventOf<(typeof eventsByCategory)[C]> : never

type Handler<D, E> = (document: D | null, event: Projected<E>, key: string, other: Other<D>) => D | null

export type ProjectionSpec<D extends Document, C extends Category> = {
  readonly view: ViewName
  readonly version: number
  readonly keysOf: (event: Projected<EventsOf<C>>) => readonly string[]
  /** Every event type of these categories, so that a new one does not compile until it is decided here. */
  readonly on: {
    readonly [T in EventsOf<C>['type']]: 'ignored' | Handler<D, Extract<EventsOf<C>, { readonly type: T }>>
  }
  readonly entries: (document: D, key: string) => readonly IndexEntry[]
}

/** A projection of the events of the categories `C` into documents `D`. Events of other categories are ignored. */
export const defineProjection = <D extends Document, C extends Category>({
  view,
  version,
  keysOf,
  on,
  entries,
}: ProjectionSpec<D, C>): Projection<D> => {
  // Looked up by the event's own type, so that handler and event belong together, which the compiler can not follow.
  const handlers = on as unknown as Readonly<Partial<Record<CofferEventType, 'ignored' | Handler<D, CofferEvent>>>>
  const handlerOf = (event: ProjectedEvent) => {
    const handler = handlers[event.type]
    return handler === 'ignored' ? undefined : handler
  }
  return {
    view,
    version,
    categories: allCategories.filter((category) => Object.keys(eventsByCategory[category]).some((type) => type in on)),
    blind: false,
    keysOf: (event) => (handlerOf(event) ? keysOf(event as Projected<EventsOf<C>>) : noKeys),
    evolve: (document, event, key, other) => handlerOf(event)?.(document, event, key, other) ?? null,
    entries,
  }
}

export type Read =
  | { readonly known: true; readonly event: ProjectedEvent }
  | { readonly known: false; readonly reason: string }

/** Decodes a stored event for projections; a type or version this program does not know is told apart. */
export const tryRead = (stored: StoredEvent): Read => {
  const decoded = tryDecodeEvent(eventCatalogue, stored)
  if (!decoded.known) return decoded
  const { data } = decoded.event
  const { id, stream, revision, position, metadata } = stored
  // Type and data belong together, as they were decoded.
  const event = { type: typeName(decoded.event.type), data, id, stream, revision, position, metadata } as ProjectedEvent
  return { known: true, event }
}

/** The one string for a type that is in this program: what is looked up by it is found faster than by a copy that was just read. */
const typeName = (type: CofferEventType): CofferEventType => typeNames.get(type) ?? type
const typeNames = new Map(Object.keys(eventCatalogue).map((type) => [type, type as CofferEventType]))

/** What stands after the first dash of the stream's name: the id of its aggregate. */
export const aggregateId = ({ stream }: Pick<StoredEvent, 'stream'>): string => stream.slice(stream.indexOf('-') + 1)

export const listedIn = (index: string, value: string, sortKey: string): IndexEntry => ({ index, value, sortKey })
