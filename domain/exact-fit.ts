import type { z } from 'zod'

/** True only if the schema takes the value and would give back the same: nothing is left out, filled in or changed. */
export type ExactFit = (value: unknown) => boolean

/**
 * A predicate that says yes to what a schema takes as it is, some eight times as fast as parsing. A no only means that the schema itself must be asked,
 * which also tells the faults. Returns null for a schema made of anything this does not know.
 */
export const compileExactFit = (schema: z.core.$ZodType): ExactFit | null => {
  // Every schema of zod is one of these; the general type does not say so.
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'string':
      return compileString(def)
    case 'number':
      return compileNumber(def)
    case 'boolean':
      return def.checks?.length ? null : (value) => typeof value === 'boolean'
    case 'null':
      return (value) => value === null
    case 'unknown':
      return () => true
    case 'literal':
      return oneOf(def.values)
    case 'enum':
      return oneOf(Object.values(def.entries))
    case 'nullable':
      return wrap(def.innerType, (fits) => (value) => value === null || fits(value))
    case 'array':
      return def.checks?.length
        ? null
        : wrap(def.element, (fits) => (value) => Array.isArray(value) && value.every(fits))
    case 'object':
      return def.checks?.length ? null : compileObject(def)
    case 'record':
      return def.checks?.length ? null : compileRecord(def)
    case 'union':
      return def.checks?.length ? null : compileUnion(def)
    default:
      return null
  }
}

const wrap = (inner: z.core.$ZodType, make: (fits: ExactFit) => ExactFit): ExactFit | null => {
  const fits = compileExactFit(inner)
  return fits && make(fits)
}

const oneOf = (values: Iterable<unknown>): ExactFit => {
  const known = new Set(values)
  return (value) => known.has(value)
}

/** Formats that are a pattern and nothing more. */
const patterned: ReadonlySet<string> = new Set(['uuid', 'datetime', 'regex'])

const compileString = (def: z.core.$ZodTypeDef): ExactFit | null => {
  const patterns: RegExp[] = []
  for (const check of ownAndChecks(def)) {
    const { format, pattern } = check as { readonly format?: string; readonly pattern?: RegExp }
    if (format === undefined || !patterned.has(format) || !pattern || pattern.global || pattern.sticky) return null
    patterns.push(pattern)
  }
  if (patterns.length === 0) return (value) => typeof value === 'string'
  const matches = allOf(patterns.map((pattern) => (value: string) => pattern.test(value)))
  // Neighbours mostly have the same, and comparing two texts is much cheaper than a pattern.
  let last: string | null = null
  return (value) => {
    if (value === last && last !== null) return true
    if (typeof value !== 'string' || !matches(value)) return false
    last = value
    return true
  }
}

const compileNumber = (def: z.core.$ZodTypeDef): ExactFit | null => {
  const tests: ((value: number) => boolean)[] = []
  for (const check of ownAndChecks(def)) {
    const known = check as z.core.$ZodNumberFormatDef | z.core.$ZodCheckGreaterThanDef | z.core.$ZodCheckLessThanDef
    const bound = 'value' in known ? Number(known.value) : Number.NaN
    if (known.check === 'number_format' && known.format === 'safeint') tests.push(Number.isSafeInteger)
    else if (known.check === 'greater_than') tests.push(known.inclusive ? (it) => it >= bound : (it) => it > bound)
    else if (known.check === 'less_than') tests.push(known.inclusive ? (it) => it <= bound : (it) => it < bound)
    else return null
  }
  const passes = allOf(tests)
  return (value) => typeof value === 'number' && Number.isFinite(value) && passes(value)
}

/** Of one or two, which nearly all are, a chain of calls is twice as fast as going through a list. */
const allOf = <T>(tests: readonly ((value: T) => boolean)[]): ((value: T) => boolean) =>
  tests.reduceRight<(value: T) => boolean>(
    (rest, test) => (value) => test(value) && rest(value),
    () => true,
  )

/** A format such as `z.uuid()` or `z.int()` is a type that is a check of its own. */
const ownAndChecks = (def: z.core.$ZodTypeDef): readonly object[] => [
  ...('check' in def ? [def] : []),
  ...checksOf(def),
]

const checksOf = ({ checks = [] }: z.core.$ZodTypeDef): readonly z.core.$ZodCheckDef[] =>
  checks.map(({ _zod }) => _zod.def)

const compileObject = ({ shape }: z.core.$ZodObjectDef): ExactFit | null => {
  const properties: { readonly key: string; readonly fits: ExactFit; readonly isOptional: boolean }[] = []
  for (const [key, schema] of Object.entries(shape)) {
    const { def } = (schema as z.core.$ZodTypes)._zod
    const isOptional = def.type === 'optional'
    const fits = compileExactFit(isOptional ? def.innerType : schema)
    if (!fits) return null
    properties.push({ key, fits, isOptional })
  }
  return (value) => {
    if (!isRecord(value)) return false
    let present = 0
    for (const { key, fits, isOptional } of properties) {
      const property = value[key]
      if (property === undefined && isOptional) continue
      if (!fits(property)) return false
      present += 1
    }
    // What has more is cut down to these by the schema, or refused.
    return countKeys(value) === present
  }
}

/** Of itself: JSON inherits none. Makes no array of them, as there are some of these to check in every event. */
const countKeys = (value: object): number => {
  let count = 0
  for (const key in value) if (Object.hasOwn(value, key)) count += 1
  return count
}

const compileRecord = ({ keyType, valueType }: z.core.$ZodRecordDef): ExactFit | null => {
  // Keys of an enumeration must all be there; others may be written otherwise once they are read.
  if ((keyType as z.core.$ZodTypes)._zod.def.type !== 'string') return null
  const [fitsKey, fitsValue] = [compileExactFit(keyType), compileExactFit(valueType)]
  if (!fitsKey || !fitsValue) return null
  return (value) =>
    isRecord(value) &&
    Object.entries(value).every(([key, property]) => key !== '__proto__' && fitsKey(key) && fitsValue(property))
}

/** Of objects, a property tells which it is; or else an earlier one could take what fits a later one, and cut it down. */
const compileUnion = (def: z.core.$ZodUnionDef): ExactFit | null => {
  const objects = def.options.filter((option) => (option as z.core.$ZodTypes)._zod.def.type === 'object')
  if (objects.length > 1 && !('discriminator' in def)) return null
  const options = def.options.map(compileExactFit)
  return options.includes(null) ? null : (value) => options.some((fits) => fits?.(value))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
