import { datastoreEvents } from './datastore/events.ts'
import { deadLetterEvents } from './dead-letter/events.ts'
import type { EventOf } from './event-definition.ts'
import { exclusionEvents } from './exclusion/events.ts'
import { flavorEvents } from './flavor/events.ts'
import { hostEvents } from './host/events.ts'
import { instanceEvents } from './instance/events.ts'
import { operationEvents } from './operation/events.ts'
import { projectEvents } from './project/events.ts'
import { requestEvents } from './request/events.ts'
import { tokenEvents } from './token/events.ts'

/** Every event type there is. */
export const eventCatalogue = {
  ...instanceEvents,
  ...projectEvents,
  ...hostEvents,
  ...flavorEvents,
  ...datastoreEvents,
  ...tokenEvents,
  ...operationEvents,
  ...requestEvents,
  ...deadLetterEvents,
  ...exclusionEvents,
}

export type CofferEvent = EventOf<typeof eventCatalogue>
export type CofferEventType = CofferEvent['type']
