/** Makes of GraphQL's "absent or null" what commands know: absent. Goes into lists and objects. */
export type WithoutNulls<Value> = Value extends null | undefined
  ? never
  : Value extends readonly (infer Item)[]
    ? readonly WithoutNulls<Item>[]
    : Value extends object
      ? { [Key in keyof Value as null extends Value[Key] ? never : Key]: WithoutNulls<Value[Key]> } & {
          [Key in keyof Value as null extends Value[Key] ? Key : never]?: WithoutNulls<NonNullable<Value[Key]>>
        }
      : Value

/** Drops every null and undefined in JSON-like input. */
export const withoutNulls = <Value extends object>(value: Value): WithoutNulls<Value> =>
  // The type says exactly what `stripped` does, which the compiler cannot follow through Object.entries.
  stripped(value) as WithoutNulls<Value>

const stripped = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(stripped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, stripped(item)]),
  )
}

/** Each once: a filter looks through its words for every document, and a request has room for thousands of the same. */
export const distinct = <Value>(values: readonly Value[]): readonly Value[] => [...new Set(values)]

/** Neither absent nor null. The empty text is given. */
export const isGiven = <Value>(value: Value | null | undefined): value is Value => value !== null && value !== undefined
