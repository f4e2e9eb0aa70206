import type { z } from 'zod'
import { instanceIdSchema, operationIdSchema } from '../domain/ids.ts'
import { instanceStream } from '../domain/instance/index.ts'
import type { ApiContext } from './context.ts'
import { ApiError } from './errors.ts'
import { tryParseId } from './ids.ts'
import { type Owned, visibleTo } from './pipeline/tenancy.ts'

type Find<Document> = (context: ApiContext, id: string) => Promise<Document | null>
type Read<Schema extends z.ZodType, Document> = (context: ApiContext, id: z.output<Schema>) => Promise<Document | null>

/** What finds a document by its id, as given, for a kind that every caller may see. */
export const visibleToAll =
  <Schema extends z.ZodType, Document extends object>(schema: Schema, read: Read<Schema, Document>): Find<Document> =>
  async (context, text) => {
    const id = tryParseId(schema, text)
    return id === null ? null : read(context, id)
  }

/** The same for what belongs to a project: if the caller may see it. */
export const visible = <Schema extends z.ZodType, Document extends Owned>(
  schema: Schema,
  read: Read<Schema, Document>,
): Find<Document> => {
  const find = visibleToAll(schema, read)
  return async (context, text) => visibleTo(context.session, await find(context, text))
}

/** The same for what only admins may see. Read for every caller, so that the time taken does not tell whether it exists. */
export const visibleToAdmins = <Schema extends z.ZodType, Document extends object>(
  schema: Schema,
  read: Read<Schema, Document>,
): Find<Document> => {
  const find = visibleToAll(schema, read)
  return async (context, text) => {
    const found = await find(context, text)
    return context.session.isAdmin ? found : null
  }
}

export const visibleInstance = visible(instanceIdSchema, ({ backend }, id) => backend.views.instance(id))
export const visibleOperation = visible(operationIdSchema, ({ backend }, id) => backend.views.operation(id))

/** Null for an instance that never was. Throws `UNREADABLE_HISTORY` for one that others rest on, and that has lost its stream. */
export const assertNotLost = async ({ session, backend }: ApiContext, id: string): Promise<null> => {
  const instanceId = tryParseId(instanceIdSchema, id)
  if (instanceId === null) return null
  const loss = await backend.findLoss(session.isAdmin ? null : session.projectId, instanceStream(instanceId))
  if (loss) throw new ApiError('UNREADABLE_HISTORY', loss.message)
  return null
}
