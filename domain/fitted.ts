import type { z } from 'zod'
import { compileExactFit, type ExactFit } from './exact-fit.ts'

/** A schema beside what tells, much faster, that a value is just what the schema would make of it: nearly every one is. */
export type Fitted<Schema extends z.ZodType> = {
  readonly schema: Schema
  /** Null where the schema has parts that `compileExactFit` does not know: then the schema alone is asked. */
  readonly fits: ExactFit | null
}

export const fitted = <Schema extends z.ZodType>(schema: Schema): Fitted<Schema> => ({
  schema,
  fits: compileExactFit(schema),
})

/** Throws a `ZodError`. */
export const parseFitted = <Schema extends z.ZodType>(
  { schema, fits }: Fitted<Schema>,
  value: unknown,
): z.output<Schema> => (fits?.(value) ? (value as z.output<Schema>) : schema.parse(value))

/** The same, told instead of thrown. */
export const checkFitted = <Schema extends z.ZodType>(
  { schema, fits }: Fitted<Schema>,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> =>
  fits?.(value) ? { success: true, data: value as z.output<Schema> } : schema.safeParse(value)

/** Throws a `ZodError`. Several ids of every command, event and message are parsed, and nearly all are in order. */
export const parserOf = <Schema extends z.ZodType>(schema: Schema): ((value: unknown) => z.output<Schema>) => {
  const known = fitted(schema)
  return (value) => parseFitted(known, value)
}
