import { z } from 'zod'
import { instanceIdSchema, operationIdSchema } from '../../domain/ids.ts'
import type { Credential } from '../dispatch/credentials.ts'

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

/** What is shown once, to who asked. */
export const credentialsField = z.custom<readonly Credential[]>().meta({
  listOf: 'Credential',
  description: 'One per user. Contains the plaintext password, shown only once.',
})

/** What commands answer that begin an operation which gives users passwords. */
export const credentialsAnswer = {
  name: 'Credentials',
  says: 'The operation has begun. These passwords work once it has succeeded.',
  fields: instanceOperationAnswer.fields.extend({ credentials: credentialsField }),
}
