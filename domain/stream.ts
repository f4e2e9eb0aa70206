import { z } from 'zod'

/** `<category>-<id>`. Built only by the `stream.ts` of an aggregate. */
export const streamNameSchema = z
  .string()
  .regex(/^[a-z]+-.+$/)
  .brand<'StreamName'>()
export type StreamName = z.infer<typeof streamNameSchema>

export const createStreamName = (category: string, id: string): StreamName =>
  streamNameSchema.parse(`${category}-${id}`)

/** What stands before the first dash. */
export const streamCategory = (stream: StreamName): string => stream.slice(0, stream.indexOf('-'))
