/** Keeps the entries used last. */
export type Lru<Value> = { get(key: string): Value | undefined; set(key: string, value: Value): void }

export const createLru = <Value>(maxEntries: number): Lru<Value> => {
  const entries = new Map<string, Value>()
  return {
    get: (key) => {
      const value = entries.get(key)
      if (value !== undefined) {
        entries.delete(key)
        entries.set(key, value)
      }
      return value
    },
    set: (key, value) => {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value as string)
    },
  }
}
