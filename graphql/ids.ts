import type { z } from 'zod'

/**
 * The id in an argument of type ID, null when it cannot be one: then there is nothing to look for, and the answer is that of an id
 * that does not exist.
 */
export const tryParseId = <Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | null => {
  const parsed = schema.safeParse(text)
  return parsed.success ? parsed.data : null
}
