import { randomUUID } from 'node:crypto'
import type { NewEvent } from '../../commands/ports/event-store.ts'
import { parseCommandId, parseEventId } from '../../domain/ids.ts'

/** An event of no meaning, with a new id, for tests of stores that do not look into events. */
export const anEvent = (data: unknown): NewEvent => {
  const id = parseEventId(randomUUID())
  return {
    id,
    type: 'SomethingHappened',
    version: 1,
    data,
    metadata: {
      eventId: id,
      at: '2026-01-02T03:04:05.678Z',
      actor: { kind: 'system', name: 'contract' },
      commandId: parseCommandId(randomUUID()),
      correlationId: null,
      projectId: null,
      instanceId: null,
      causationId: randomUUID(),
    },
  }
}
