import type { z } from 'zod'
import {
  backupIdSchema,
  configurationIdSchema,
  instanceIdSchema,
  operationIdSchema,
  scheduleIdSchema,
  tokenIdSchema,
} from '../domain/ids.ts'
import { instanceStream } from '../domain/instance/index.ts'
import type { ApiContext } from './context.ts'
import { ApiError } from './errors.ts'
import { tryParseId } from './ids.ts'
import { type Owned, visibleTo } from './pipeline/tenancy.ts'

/** What finds a document by its id, as given: if there is one and the caller may see it. */
export const visible =
  <Schema extends z.ZodType, Document extends Owned>(
    schema: Schema,
    read: (context: ApiContext, id: z.output<Schema>) => Promise<Document | null>,
  ) =>
  async (context: ApiContext, text: string): Promise<Document | null> => {
    const id = tryParseId(schema, text)
    return id === null ? null : visibleTo(context.session, await read(context, id))
  }

export const visibleInstance = visible(instanceIdSchema, ({ backend }, id) => backend.views.instance(id))
export const visibleOperation = visible(operationIdSchema, ({ backend }, id) => backend.views.operation(id))
export const visibleBackup = visible(backupIdSchema, ({ backend }, id) => backend.views.backup(id))
export const visibleSchedule = visible(scheduleIdSchema, ({ backend }, id) => backend.views.schedule(id))
export const visibleConfiguration = visible(configurationIdSchema, ({ backend }, id) => backend.views.configuration(id))
export const visibleToken = visible(tokenIdSchema, ({ backend }, id) => backend.views.token(id))

/** Null for an instance that never was. Throws `UNREADABLE_HISTORY` for one that others rest on, and that has lost its stream. */
export const assertNotLost = async ({ session, backend }: ApiContext, id: string): Promise<null> => {
  const instanceId = tryParseId(instanceIdSchema, id)
  if (instanceId === null) return null
  const loss = await backend.findLoss(session.isAdmin ? null : session.projectId, instanceStream(instanceId))
  if (loss) throw new ApiError('UNREADABLE_HISTORY', loss.message)
  return null
}
