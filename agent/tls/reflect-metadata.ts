/**
 * What `tsyringe`, beneath `@peculiar/x509`, asks of the global `Reflect` when it is imported: the part of the metadata
 * proposal (`reflect-metadata`) that keeps values by key and target. Import it before `@peculiar/x509`. Leaves a
 * `Reflect` alone that has it already.
 */
type Key = string | symbol

const kept = new WeakMap<object, Map<Key, unknown>>()

const getOwnMetadata = (key: Key, target: object): unknown => kept.get(target)?.get(key)

const getMetadata = (key: Key, target: object): unknown => {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
    if (kept.get(at)?.has(key)) return getOwnMetadata(key, at)
  }
  return undefined
}

const defineMetadata = (key: Key, value: unknown, target: object): void => {
  const values = kept.get(target) ?? new Map<Key, unknown>()
  kept.set(target, values.set(key, value))
}

if (!('getMetadata' in Reflect)) Object.assign(Reflect, { getMetadata, getOwnMetadata, defineMetadata })
