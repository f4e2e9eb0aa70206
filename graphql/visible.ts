import { instanceIdSchema, operationIdSchema } from '../domain/ids.ts'
import { instanceStream } from '../domain/instance/index.ts'
import type { InstanceDocument, OperationDocument } from '../projections/documents.ts'
import type { Page } from '../projections/page.ts'
import type { ApiContext } from './context.ts'
import { ApiError } from './errors.ts'
import { tryParseId } from './ids.ts'
import { visibleTo } from './pipeline/tenancy.ts'

/** The instance if there is one and the caller may see it. */
export const visibleInstance = async (
  { session, backend }: ApiContext,
  id: string,
): Promise<InstanceDocument | null> => {
  const instanceId = tryParseId(instanceIdSchema, id)
  return instanceId === null ? null : visibleTo(session, await backend.views.instance(instanceId))
}

/** Null for an instance that never was. Throws `UNREADABLE_HISTORY` for one that others rest on, and that has lost its stream. */
export const assertNotLost = async ({ session, backend }: ApiContext, id: string): Promise<null> => {
  const instanceId = tryParseId(instanceIdSchema, id)
  if (instanceId === null) return null
  const loss = await backend.findLoss(session.isAdmin ? null : session.projectId, instanceStream(instanceId))
  if (loss) throw new ApiError('UNREADABLE_HISTORY', loss.message)
  return null
}

/** The operation if there is one and the caller may see it. */
export const visibleOperation = async (
  { session, backend }: ApiContext,
  id: string,
): Promise<OperationDocument | null> => {
  const operationId = tryParseId(operationIdSchema, id)
  return operationId === null ? null : visibleTo(session, await backend.views.operation(operationId))
}

/** What a list about something absent, or of another project, has in it. */
export const emptyPage: Page<never> = { entries: [], next: null, seenTo: null, total: async () => 0 }
