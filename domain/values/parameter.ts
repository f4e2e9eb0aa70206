import { z } from 'zod'

export const parameterTypes = ['boolean', 'integer', 'number', 'enum', 'set', 'text'] as const
export type ParameterType = (typeof parameterTypes)[number]

/**
 * One parameter of an exact version of an engine, as that engine tells it of itself.
 * - `name`: in lower case, as the engine's files of configuration have it.
 * - `min`, `max`: in `unit`; null where the engine names none.
 * - `values`: of an `enum` the words to choose from, of a `set` those that may be listed with commas between them; null where the engine names none.
 * - `unit`: what a bare number counts, such as `ms` or `8kB`; null for a plain number, or where it is not a number.
 * - `default`: the engine's own, as it writes it; null for none.
 * - `restart`: a change takes effect with the next start of the engine alone.
 * - `readOnly`: it tells something, and nobody can set it in a file.
 * - `summary`: the engine's own words, in English; empty where it has none.
 */
export const parameterSchema = z.object({
  name: z.string().regex(/^.{1,128}$/),
  type: z.enum(parameterTypes),
  min: z.number().nullable(),
  max: z.number().nullable(),
  values: z.array(z.string()).nullable(),
  unit: z.string().nullable(),
  default: z.string().nullable(),
  restart: z.boolean(),
  readOnly: z.boolean(),
  summary: z.string(),
})
export type Parameter = z.infer<typeof parameterSchema>

/** What somebody wishes of parameters: names in lower case, values as the engine's files of configuration have them, unquoted. */
export const parameterValuesSchema = z.record(z.string(), z.string())
export type ParameterValues = Readonly<Record<string, string>>

export const sameValues = (a: ParameterValues, b: ParameterValues): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value)
