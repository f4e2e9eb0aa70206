import { aggregates, type Category, type CofferEvent, type EventsOf } from './aggregates.ts'
import type { EventDefinition, EventDefinitions } from './event-definition.ts'

export type { CofferEvent } from './aggregates.ts'

type AllOf<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

export type CofferEventType = CofferEvent['type']

/** Throws where two aggregates name an event alike: their events could not be told apart. */
const merge = (all: readonly EventDefinitions[]): EventDefinitions => {
  const merged: Record<string, EventDefinition> = {}
  for (const [type, definition] of all.flatMap((events) => Object.entries(events))) {
    if (Object.hasOwn(merged, type)) throw new Error(`two aggregates have an event ${type}`)
    merged[type] = definition
  }
  return merged
}

/** Every event type there is, of all aggregates. */
export const eventCatalogue = merge(Object.values(aggregates).map(({ events }) => events)) as AllOf<EventsOf<Category>>
