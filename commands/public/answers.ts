import { z } from 'zod'
import { instanceIdSchema, operationIdSchema } from '../../domain/ids.ts'

/** A field of an answer that is an id. */
export const shownId = <Schema extends z.ZodType>(schema: Schema, description: string): Schema =>
  schema.meta({ scalar: 'ID', description })

/** What commands answer that begin an operation on an instance. */
export const instanceOperationAnswer = {
  name: 'InstanceOperation',
  says: 'The operation has begun, or there was nothing to do.',
  fields: z.object({
    instanceId: shownId(instanceIdSchema, 'The instance.'),
    operationId: shownId(
      operationIdSchema,
      'The operation that does it. Null when the instance already is as wished.',
    ).nullable(),
  }),
}
