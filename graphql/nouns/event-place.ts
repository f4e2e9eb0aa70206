import { auditKey } from '../../projections/audit-entry.ts'
import type { ApiContext } from '../context.ts'
import { scopeOf } from '../pipeline/tenancy.ts'

/** Whether a sort key can be one of the audit log. */
export const isEventPlace = (sortKey: string): boolean => {
  const position = Number(sortKey)
  return Number.isSafeInteger(position) && position >= 0 && auditKey(position) === sortKey
}

/** Whether there is an event at a sort key that the caller may see. Looks in the caller's own part of the audit log only. */
export const isVisibleEvent = async ({ backend, session }: ApiContext, sortKey: string): Promise<boolean> => {
  if (!isEventPlace(sortKey)) return false
  return backend.views.hasEvent(scopeOf(session, null, ''), Number(sortKey))
}
