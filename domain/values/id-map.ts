/**
 * A map from ids to values that is changed by making a new one. Spread over buckets by the ids' last two hexadecimal digits, which are
 * random in a UUIDv7 (of any other text, by its last character): a change copies one small bucket, so a long stream folds in time proportional to its length.
 */
export type IdMap<Value> = readonly Bucket<Value>[]
type Bucket<Value> = Readonly<Record<string, Value>>

const bucketCount = 256

export const emptyIdMap: IdMap<never> = Array.from({ length: bucketCount }, () => ({}))

export const getById = <Value>(map: IdMap<Value>, id: string): Value | undefined => map[bucketOf(id)]?.[id]

export const putById = <Value>(map: IdMap<Value>, id: string, value: Value): IdMap<Value> => {
  const index = bucketOf(id)
  return map.with(index, { ...map[index], [id]: value })
}

export const removeById = <Value>(map: IdMap<Value>, id: string): IdMap<Value> => {
  const index = bucketOf(id)
  const { [id]: _, ...rest } = map[index] ?? {}
  return map.with(index, rest)
}

/** In no particular order. */
export const valuesOf = <Value>(map: IdMap<Value>): readonly Value[] => map.flatMap((bucket) => Object.values(bucket))

const bucketOf = (id: string): number => {
  const digits = Number.parseInt(id.slice(-2), 16)
  return digits >= 0 ? digits : id.charCodeAt(id.length - 1) % bucketCount
}
