import { instanceIdSchema, operationIdSchema } from '../domain/ids.ts'
import type { InstanceDocument, OperationDocument } from '../projections/documents.ts'
import type { Page } from '../projections/page.ts'
import type { ApiContext } from './context.ts'
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
