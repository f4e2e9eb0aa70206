import { type CofferEvent, eventCatalogue } from '../domain/catalogue.ts'
import { parseEventId } from '../domain/ids.ts'
import type { EventMetadata } from '../domain/metadata.ts'
import type { NewEvent } from './ports/event-store.ts'

/** An event of the present version, validated, with the id it keeps through every retry of its append. */
export const encodeEvent = (event: CofferEvent, metadata: Omit<EventMetadata, 'eventId'>, id: string): NewEvent => {
  const definition = eventCatalogue[event.type]
  const eventId = parseEventId(id)
  return {
    id: eventId,
    type: event.type,
    version: definition.version,
    // What fits is just what the schema would make of it.
    data: definition.fits?.(event.data) ? event.data : definition.schema.parse(event.data),
    metadata: { ...metadata, eventId },
  }
}
