import {
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
  Kind,
  type ValueNode,
} from 'graphql'
import { quote } from '../../domain/values/text.ts'

export type InputPath = readonly (string | number)[]

/** A value where its type does not allow it, in a variable or in a document. */
export type InvalidInput = {
  /** Of the whole input. */
  readonly type: GraphQLInputType
  /** Where in the input the value stands. */
  readonly path: InputPath
  readonly found: Found
}

/** What a value is, without what is in it: it may be a password. */
type Found = { readonly kind: string; readonly word?: string; readonly keys?: readonly string[] }

/**
 * What would be accepted and what was given instead, in place of the library's own messages, which print the value. Only names are
 * shown, of fields and of enums, and numbers where one is expected.
 */
export const describeInvalidInput = ({ type, path, found }: InvalidInput): string => {
  const expected = typeAt(type, path)
  const named = getNullableType(expected)
  if (isInputObjectType(named) && found.keys) {
    const fields = named.getFields()
    const given = new Set(found.keys)
    const unknown = found.keys.filter((key) => !Object.hasOwn(fields, key))
    const absent = Object.values(fields).filter((field) => isRequiredInputField(field) && !given.has(field.name))
    const faults = [
      ...(unknown.length > 0 ? [`it has no field ${quoteSome(unknown)}`] : []),
      ...(absent.length > 0 ? [`it needs ${absent.map(({ name }) => name).join(', ')}`] : []),
    ]
    if (faults.length > 0) return `${named.name} has the fields ${Object.keys(fields).join(', ')}; ${faults.join('; ')}`
  }
  const hint = isEnumType(named)
    ? named
        .getValues()
        .map(({ name }) => name)
        .join(', ')
    : hints[String(named)]
  const given = hint !== undefined && found.word !== undefined ? quote(found.word) : found.kind
  return `expected ${expected}${hint === undefined ? '' : ` (${hint})`}, found ${given}`
}

/** What is accepted where the name of the type does not say it. No secret stands at such places, so what was found is shown. */
const hints: Readonly<Record<string, string>> = {
  Int: 'a whole number of up to 32 bits',
  DateTime: 'a text in ISO 8601',
}

/** Where in an input a value stands, as a refusal names it: `input.users[0].name`. */
export const inputPath = (path: InputPath): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`)).join('')

export const foundInValue = (input: unknown, path: InputPath): Found => {
  const value = path.reduce((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : at), input)
  if (value === undefined) return { kind: 'nothing' }
  if (value === null) return { kind: 'null' }
  if (Array.isArray(value)) return { kind: 'a list' }
  if (typeof value === 'object') return { kind: 'an object', keys: Object.keys(value) }
  return { kind: `a ${typeof value}`, word: String(value) }
}

export const foundInNode = (input: ValueNode, path: InputPath): Found => {
  const node = path.reduce(stepInto, input)
  if (node === undefined) return { kind: 'nothing' }
  switch (node.kind) {
    case Kind.OBJECT:
      return { kind: 'an object', keys: node.fields.map(({ name }) => name.value) }
    case Kind.STRING:
      return { kind: 'a string', word: node.value }
    case Kind.INT:
    case Kind.FLOAT:
      return { kind: 'a number', word: node.value }
    case Kind.ENUM:
      return { kind: 'a name without quotes', word: node.value }
    default:
      return { kind: literalKinds[node.kind] }
  }
}

const stepInto = (node: ValueNode | undefined, key: string | number): ValueNode | undefined => {
  if (node?.kind === Kind.LIST && typeof key === 'number') return node.values[key]
  if (node?.kind === Kind.OBJECT) return node.fields.find(({ name }) => name.value === key)?.value
  return node
}

const literalKinds = {
  [Kind.VARIABLE]: 'a variable',
  [Kind.NULL]: 'null',
  [Kind.LIST]: 'a list',
  [Kind.BOOLEAN]: 'a boolean',
} as const

const shownKeys = 3

const quoteSome = (names: readonly string[]): string => {
  const shown = names.slice(0, shownKeys).map(quote).join(', ')
  return names.length > shownKeys ? `${shown} (and ${names.length - shownKeys} more)` : shown
}

const typeAt = (type: GraphQLInputType, path: InputPath): GraphQLInputType => {
  const key = path[0]
  if (key === undefined) return type
  const whole = getNullableType(type)
  const inner = isListType(whole) ? whole.ofType : isInputObjectType(whole) ? whole.getFields()[key]?.type : undefined
  if (!inner) throw new Error(`the path of an error leads nowhere: ${inputPath(path)}`)
  return typeAt(inner, path.slice(1))
}
