import { z } from 'zod'
import { instanceIdSchema, projectIdSchema } from '../../domain/ids.ts'
import type { Rejection, RejectionCode } from '../../domain/rejection.ts'
import { accessLevelSchema } from '../../domain/values/access.ts'
import { invalidInput } from '../../domain/values/invalid-input.ts'
import { quote } from '../../domain/values/text.ts'
import { tryParseTime } from '../../domain/values/time.ts'

/** What `parse` takes a text for, or null. */
type TryParse<Value> = (text: string) => Value | null

/** A text that stands for something else: parsed, or refused with `message`. */
const parsed = <Value>(
  parse: TryParse<Value>,
  message: (text: string) => string,
  code: RejectionCode = 'INVALID_INPUT',
) =>
  z.string().transform((text, context): Value => {
    const value = parse(text)
    if (value !== null) return value
    context.issues.push({ code: 'custom', message: message(text), input: text, params: { rejection: code } })
    return z.NEVER
  })

export const tryWith =
  <Schema extends z.ZodType>(schema: Schema): TryParse<z.output<Schema>> =>
  (text) => {
    const result = schema.safeParse(text)
    return result.success ? result.data : null
  }

/** An id in the API's sense: GraphQL's `ID`. `expected`: what would be accepted. */
export const idField = <Value>(
  parse: TryParse<Value>,
  { noun, expected, description }: { readonly noun: string; readonly expected: string; readonly description: string },
) =>
  parsed(parse, (text) => `${quote(text)} is not a valid ${noun}: expected ${expected}`).meta({
    scalar: 'ID',
    description,
  })

/** The id of a thing that Coffer has made. `noun`: as in `instance id`. */
export const uuidField = <Schema extends z.ZodType>(schema: Schema, noun: string, description: string) =>
  idField(tryWith(schema), { noun, expected: 'a UUID', description })

export const instanceIdField = (description = 'The id of the instance.') =>
  uuidField(instanceIdSchema, 'instance id', description)

export const projectIdField = (description: string) =>
  idField(tryWith(projectIdSchema), {
    noun: 'project id',
    expected: '1 to 63 letters, digits, dots, underscores or dashes',
    description,
  })

/** One word of a list, refused with a code of its own. */
export const wordField = <Value>(
  parse: TryParse<Value>,
  {
    message,
    code,
    description,
  }: {
    readonly message: (text: string) => string
    readonly code: RejectionCode
    readonly description: string
  },
) => parsed(parse, message, code).meta({ description })

export const textField = (description: string) => z.string().meta({ description })
export const wholeNumberField = (description: string) => z.int().meta({ description })
export const flagField = (description: string) => z.boolean().meta({ description })
export const levelField = (description: string) => accessLevelSchema.meta({ enumType: 'AccessLevel', description })
/** ISO 8601: see `timeRefusal`. */
export const timeField = (description: string) => z.string().meta({ scalar: 'DateTime', description })

/** Why this is no time. */
export const timeRefusal = (text: string | undefined, field: string): Rejection | null =>
  text === undefined || tryParseTime(text) !== null
    ? null
    : invalidInput(`${quote(text)} is no time: ISO 8601 with a time zone is, such as 2030-01-31T00:00:00Z`, field)

/** A key of no meaning to people, such as the name of a flavor. */
export const keyField = (description: string) => z.string().meta({ scalar: 'ID', description })

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('')

/** What does not fit a command's input, each with the path of the field. Values are quoted only where they are ids or words of a list. */
export const inputFaults = (error: z.ZodError): readonly Rejection[] =>
  error.issues.map((issue) => {
    const field = pathOf(issue.path)
    if (issue.code === 'custom') {
      // Only `parsed` above makes issues of this kind.
      return { code: (issue.params?.rejection ?? 'INVALID_INPUT') as RejectionCode, message: issue.message, field }
    }
    return {
      code: 'INVALID_INPUT',
      message: `${field || 'the input'} does not fit: ${issue.message}`,
      ...(field && { field }),
    }
  })
