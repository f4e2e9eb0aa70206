import type { Position } from '../../commands/ports/event-store.ts'
import { type AuditDocument, auditKey } from '../../projections/audit-entry.ts'
import type { ApiContext } from '../context.ts'
import { scopeOf } from '../pipeline/tenancy.ts'

/** No id of another kind begins like this. */
const prefix = 'event_'

/** The id that finds an event again: its place, sealed like a cursor, so that it tells nothing of other projects. */
export const eventNodeId = ({ backend }: ApiContext, position: Position): string =>
  prefix + backend.cursors.encode('events', auditKey(position))

/** Null for an id that was never given, and for one of an event that the caller may not see. */
export const findEvent = async ({ backend, session }: ApiContext, id: string): Promise<AuditDocument | null> => {
  if (!id.startsWith(prefix)) return null
  const sortKey = backend.cursors.tryDecode('events', id.slice(prefix.length))
  return sortKey === null ? null : backend.views.event(scopeOf(session, null, ''), Number(sortKey))
}
