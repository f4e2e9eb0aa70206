import { z } from 'zod'

const pattern = /^[a-z]+-.+$/

/** `<category>-<id>`. Built only by the `stream.ts` of an aggregate. */
export const streamNameSchema = z.string().regex(pattern).brand<'StreamName'>()
export type StreamName = z.infer<typeof streamNameSchema>

/** Null for a text that is no name of a stream. Asked of every record that is read, where parsing would cost several times as much. */
export const tryStreamName = (text: string): StreamName | null =>
  // The pattern is all that the schema asks.
  pattern.test(text) ? (text as StreamName) : null

export const createStreamName = (category: string, id: string): StreamName =>
  streamNameSchema.parse(`${category}-${id}`)

/** What stands after the first dash: the id of its aggregate. */
export const streamId = (stream: StreamName): string => stream.slice(stream.indexOf('-') + 1)

/** What stands before the first dash. */
export const streamCategory = (stream: StreamName): string => stream.slice(0, stream.indexOf('-'))
