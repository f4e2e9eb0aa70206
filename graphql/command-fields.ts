import type { z } from 'zod'
import type { AnswerDefinition, CommandDefinition } from '../commands/public/definition.ts'
import type { AnswerFields, InputFields, SchemaParts } from './builder.ts'

/** What a schema of a command says of itself beside its shape; see `commands/public/input.ts`. */
type Meta = {
  readonly description?: string
  readonly scalar?: 'ID' | 'DateTime'
  /** The name of an enum. */
  readonly enumType?: string
  readonly inputType?: string
  readonly listOf?: 'Credential'
}

/** Of a field, without what only says whether it must be given. */
type Unwrapped = {
  readonly schema: z.ZodType
  readonly meta: Meta
  readonly required: boolean
  readonly nullable: boolean
  readonly defaultValue: unknown
}

const unwrap = (schema: z.ZodType): Unwrapped => {
  const meta: Meta = schema.meta() ?? {}
  // The types of zod say of every schema that it may be any.
  const def = schema.def as { readonly type: string; readonly innerType?: z.ZodType; readonly defaultValue?: unknown }
  if (def.innerType === undefined) return { schema, meta, required: true, nullable: false, defaultValue: undefined }
  const inner = unwrap(def.innerType)
  return {
    ...inner,
    meta: { ...inner.meta, ...meta },
    required: inner.required && def.type !== 'optional',
    nullable: inner.nullable || def.type === 'nullable',
    defaultValue: def.type === 'default' ? def.defaultValue : inner.defaultValue,
  }
}

const scalars = { string: 'String', number: 'Int', boolean: 'Boolean' } as const
type Scalar = (typeof scalars)[keyof typeof scalars] | 'ID' | 'DateTime'

const scalarOf = ({ schema, meta }: Unwrapped): Scalar => {
  if (meta.scalar) return meta.scalar
  const { type } = schema.def
  // Branded ids and the like are texts that were parsed.
  if (type === 'pipe') return 'String'
  if (type === 'string' || type === 'number' || type === 'boolean') return scalars[type]
  throw new Error(`the API has no type for a field of a command that is a ${type}: ${meta.description}`)
}

/** The fields of a command's input, and those that every input has. */
export const inputFieldsOf = (parts: SchemaParts, t: InputFields, { input, versioned }: CommandDefinition) => ({
  ...objectFields(parts, t, input),
  idempotencyKey: t.string({
    description:
      'Chosen by the client, 1 to 255 printable characters, kept within the project for a day (or what `COFFER_IDEMPOTENCY_KEY_LIFETIME` of the server says) from its first use. Until then the same key with the same input is carried out once and answered alike, and with another input it is refused. What was refused has changed nothing: its repeat is decided anew.',
  }),
  ...(versioned && {
    expectedVersion: t.int({
      description:
        'The `stateVersion` of the instance last seen: refused with `VERSION_CONFLICT` if it has changed since.',
    }),
  }),
})

const objectFields = (parts: SchemaParts, t: InputFields, { shape }: z.ZodObject) =>
  Object.fromEntries(
    // An object's fields are schemas of zod's own.
    Object.entries(shape).map(([name, schema]) => [name, inputField(parts, t, unwrap(schema as z.ZodType))]),
  )

const inputField = (parts: SchemaParts, t: InputFields, field: Unwrapped) => {
  const { meta, required, defaultValue } = field
  const type = inputTypeOf(parts, field)
  return t.field({
    // Made at run time of a definition: what the compiler would infer of it, nothing reads.
    type: type as 'String',
    required,
    ...(meta.description !== undefined && { description: meta.description }),
    ...(defaultValue !== undefined && { defaultValue: defaultValue as string }),
  })
}

const inputTypeOf = (parts: SchemaParts, field: Unwrapped): unknown => {
  const { schema, meta } = field
  if (meta.enumType) return meta.enumType
  if (isArray(schema)) return [inputTypeOf(parts, unwrap(schema.element))]
  if (isObject(schema)) return nestedInput(parts, schema, meta)
  return scalarOf(field)
}

const isArray = (schema: z.ZodType): schema is z.ZodArray<z.ZodType> => schema.def.type === 'array'
const isObject = (schema: z.ZodType): schema is z.ZodObject => schema.def.type === 'object'

/** Those that were made for a schema: several commands may take the same. */
const nestedInputs = new WeakMap<SchemaParts, Map<string, unknown>>()

const nestedInput = (parts: SchemaParts, schema: z.ZodObject, { inputType, description }: Meta): unknown => {
  if (inputType === undefined) throw new Error(`an object within the input of a command has no name: ${description}`)
  const made = nestedInputs.get(parts) ?? new Map<string, unknown>()
  nestedInputs.set(parts, made)
  const ref =
    made.get(inputType) ??
    parts.builder.inputType(inputType, {
      ...(description !== undefined && { description }),
      fields: (t) => objectFields(parts, t, schema),
    })
  made.set(inputType, ref)
  return ref
}

/** The fields of an answer that have a description. */
export const answerFieldsOf = (
  parts: SchemaParts,
  t: AnswerFields,
  { fields }: Pick<AnswerDefinition<z.ZodObject>, 'fields'>,
) =>
  Object.fromEntries(
    Object.entries(fields.shape).flatMap(([name, schema]) => {
      const field = unwrap(schema as z.ZodType)
      const { description } = field.meta
      if (description === undefined) return []
      return [
        [
          name,
          t.field({
            type: (field.meta.listOf ? [parts[field.meta.listOf]] : scalarOf(field)) as 'String',
            nullable: field.nullable,
            description,
            resolve: ({ answer }) => Reflect.get(answer, name) as string,
          }),
        ],
      ]
    }),
  )
