import { engineOf } from '../engines/registry.ts'
import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import { invalidInput } from '../values/invalid-input.ts'
import type { Parameter, ParameterValues } from '../values/parameter.ts'
import { cut, quote } from '../values/text.ts'
import { whyNotSettable } from './settable.ts'

/** Longer ones are not for a line of a file. */
const longestValue = 1000
export const mostValues = 200

/** Which engine values are for, and what it has told of itself. */
export type Catalogue = {
  readonly datastore: DatastoreType
  readonly version: string
  readonly parameters: readonly Parameter[]
}

/** What is wrong with each value, in the order of their names; empty where nothing is. */
export const valueFaults = (catalogue: Catalogue, values: ParameterValues): readonly Rejection[] => {
  const names = Object.keys(values)
  if (names.length > mostValues) return [tooMany(names.length)]
  const known = new Map(catalogue.parameters.map((parameter) => [parameter.name, parameter]))
  return names.flatMap((name) => {
    const parameter = known.get(name)
    if (!parameter) return [unknown(catalogue, name)]
    const why = whyNotSettable(catalogue.datastore, parameter)
    if (why !== null) return [notSettable(name, why)]
    const wanted = whatIsWanted(catalogue.datastore, parameter, values[name] ?? '')
    return wanted === null ? [] : [unfit(parameter, values[name] ?? '', wanted)]
  })
}

/** Of memory that the engine takes at once, no more than leaves room for its sessions: an instance that takes more is ended by the kernel. */
export const memoryFault = (
  { datastore, parameters }: Catalogue,
  values: ParameterValues,
  memoryMiB: number,
): Rejection | null => {
  const { memory, mebibytes } = engineOf(datastore).configuration
  const units = new Map(parameters.map(({ name, unit }) => [name, unit]))
  const taken = memory.flatMap((name) => {
    const amount = Object.hasOwn(values, name) ? mebibytes(values[name] ?? '', units.get(name) ?? null) : null
    return amount === null || amount < 0 ? [] : [{ name, amount }]
  })
  const sum = taken.reduce((total, { amount }) => total + amount, 0)
  const most = Math.floor(memoryMiB * mostOfMemory)
  const [first] = taken
  if (!first || sum <= most) return null
  const names = taken.map(({ name }) => name).join(' and ')
  return {
    code: 'INVALID_INPUT',
    message: `${names} would take ${Math.ceil(sum)} MiB at once: an instance with ${memoryMiB} MiB of memory can give ${most} MiB`,
    field: `values.${first.name}`,
    details: { parameter: first.name, mostMiB: most },
  }
}

const mostOfMemory = 0.8

/** What the parameter takes, where this is not it; null where it is. */
const whatIsWanted = (datastore: DatastoreType, parameter: Parameter, text: string): string | null => {
  if (hasControlCharacters(text)) return 'text in one line'
  if (text.length > longestValue) return `at most ${longestValue} characters`
  switch (parameter.type) {
    case 'boolean':
      return booleans.includes(text.toLowerCase()) ? null : 'on or off'
    case 'integer':
    case 'number':
      return quantityWanted(datastore, parameter, text)
    case 'enum':
      return parameter.values === null || isAmong(parameter.values, text)
        ? null
        : `one of ${parameter.values.join(', ')}`
    case 'set': {
      const { values } = parameter
      const items = text === '' ? [] : text.split(',')
      return values === null || items.every((item) => isAmong(values, item)) ? null : `any of ${values.join(',')}`
    }
    case 'text':
      return null
  }
}

const booleans: readonly string[] = ['on', 'off', 'true', 'false', 'yes', 'no', '1', '0']

const isAmong = (values: readonly string[], text: string): boolean =>
  values.some((value) => value.toLowerCase() === text.toLowerCase())

const hasControlCharacters = (text: string): boolean => /\p{Cc}|\p{Cs}|\u2028|\u2029/u.test(text)

const quantityWanted = (datastore: DatastoreType, parameter: Parameter, text: string): string | null => {
  const { type, min, max, unit } = parameter
  const count = engineOf(datastore).configuration.quantity(text, unit)
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  const counted = unit === null ? kind : `${kind} of ${unit}, or with a unit`
  const range = min === null && max === null ? counted : `${counted}, from ${min ?? 'any'} to ${max ?? 'any'}`
  if (count === null || (type === 'integer' && unit === null && !Number.isInteger(count))) return range
  return (min !== null && count < min) || (max !== null && count > max) ? range : null
}

const unknown = ({ datastore, version, parameters }: Catalogue, name: string): Rejection => {
  const near = parameters.filter((parameter) => isNear(parameter.name, name)).slice(0, 3)
  const hint = near.length === 0 ? '' : `; there is ${near.map((parameter) => parameter.name).join(', ')}`
  return invalidParameter(name, `${datastore} ${version} has no parameter ${quote(name)}${hint}`)
}

const isNear = (known: string, name: string): boolean =>
  name.length > 3 && (known.includes(name) || known.replaceAll(/[-_]/g, '') === name.replaceAll(/[-_]/g, ''))

const notSettable = (name: string, why: string): Rejection => invalidParameter(name, `${name} cannot be set: ${why}`)

const unfit = ({ name }: Parameter, text: string, wanted: string): Rejection =>
  invalidParameter(name, `${name} cannot be ${quote(text)}: it takes ${wanted}`)

const tooMany = (count: number): Rejection =>
  invalidInput(`${count} values are too many: a configuration group has at most ${mostValues}`, 'values')

const invalidParameter = (name: string, message: string): Rejection => {
  // A name that nobody knows may be of any length.
  const parameter = cut(name, 60)
  return { ...invalidInput(message, `values.${parameter}`), details: { parameter } }
}
