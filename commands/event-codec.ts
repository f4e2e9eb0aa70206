import { type CofferEvent, eventCatalogue } from '../domain/catalogue.ts'
import type { EventDefinition } from '../domain/event-definition.ts'
import { parseFitted } from '../domain/fitted.ts'
import { parseEventId } from '../domain/ids.ts'
import type { EventMetadata } from '../domain/metadata.ts'
import type { NewEvent } from './ports/event-store.ts'

/** An event of the present version, validated, with the id it keeps through every retry of its append. */
export const encodeEvent = (event: CofferEvent, metadata: Omit<EventMetadata, 'eventId'>, id: string): NewEvent => {
  const definition: EventDefinition = eventCatalogue[event.type]
  const eventId = parseEventId(id)
  return {
    id: eventId,
    type: event.type,
    version: definition.version,
    data: parseFitted(definition, event.data),
    metadata: { ...metadata, eventId },
  }
}
