import { type CofferEvent, eventCatalogue } from '../domain/catalogue.ts'
import { tryDecodeEvent } from '../domain/event-definition.ts'
import { parseEventId } from '../domain/ids.ts'
import type { EventMetadata } from '../domain/metadata.ts'
import type { NewEvent, StoredEvent } from './ports/event-store.ts'

/** Thrown when an aggregate's own stream holds a type or version that this program does not know: it must not decide on half a history. */
export class UnknownStoredEvent extends Error {
  override readonly name = 'UnknownStoredEvent'
  readonly code = 'UNKNOWN_STORED_EVENT'
}

/** An event of today's version, validated, with the id it keeps through every retry of its append. */
export const encodeEvent = (event: CofferEvent, metadata: Omit<EventMetadata, 'eventId'>, id: string): NewEvent => {
  const definition = eventCatalogue[event.type]
  const eventId = parseEventId(id)
  return {
    id: eventId,
    type: event.type,
    version: definition.version,
    data: definition.schema.parse(event.data),
    metadata: { ...metadata, eventId },
  }
}

export const decodeEvent = (stored: StoredEvent): CofferEvent => {
  const decoded = tryDecodeEvent(eventCatalogue, stored)
  if (!decoded.known) {
    throw new UnknownStoredEvent(`${stored.stream} revision ${stored.revision}: ${decoded.reason}`)
  }
  return decoded.event
}
