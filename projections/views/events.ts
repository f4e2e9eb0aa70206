import type { Position } from '../../commands/ports/event-store.ts'
import { aggregates, allCategories, tryCategory } from '../../domain/aggregates.ts'
import { actorName } from '../../domain/metadata.ts'
import type { StreamName } from '../../domain/stream.ts'
import type { AuditEntry } from '../documents.ts'
import { entriesIn, everyone, type Lists } from '../lists.ts'
import { type Projection, unreadable } from '../projection.ts'

/** Key and sort key of an event in the audit log. */
export const auditKey = (position: Position): string => {
  const digits = String(position)
  return `${zeros[digits.length]}${digits}`
}
/** By how many digits follow: made once, as there is a key for every event. */
const zeros = Array.from({ length: 17 }, (_, digits) => '0'.repeat(16 - digits))

const lists: Lists<'events', AuditEntry> = {
  all: () => everyone,
  project: ({ projectId }) => projectId,
  instance: ({ instanceId }) => instanceId,
  operation: ({ operationId }) => operationId,
}

/** The lists an entry stands in. */
export const auditLists = entriesIn(lists, (_, key) => key)

/** What stands there for one project is for admins; what it says of the project is in the project's own streams as well. */
const isShared = (stream: StreamName): boolean => {
  const category = tryCategory(stream)
  return category !== null && aggregates[category].audience === 'admins'
}

const nobodys = { projectId: null, instanceId: null, operationId: null, atMs: null, actor: null } as const

/** The audit log. Every event stands for itself, so there is nothing to evolve. */
export const eventsProjection: Projection<AuditEntry> = {
  view: 'events',
  version: 4,
  categories: allCategories,
  blind: true,
  keysOf: ({ position }) => [auditKey(position)],
  evolve: (_, event) => {
    const { position, stream, revision } = event
    const place = { position, stream, revision }
    // Whose it is cannot be said, so only admins see it.
    if (event.type === unreadable) {
      return { ...place, type: event.storedType, ...nobodys }
    }
    const { projectId, instanceId, correlationId: operationId, at, actor } = event.metadata
    return {
      ...place,
      type: event.type,
      projectId: isShared(stream) ? null : projectId,
      instanceId,
      operationId,
      atMs: Date.parse(at),
      actor: actorName(actor),
    }
  },
  entries: auditLists,
}
