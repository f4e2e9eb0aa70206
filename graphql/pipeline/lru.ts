export type Lru<Value> = { get(key: string): Value | undefined; set(key: string, value: Value): void }

export type LruLimits = {
  readonly entries: number
  /** Of all keys together: what is kept is as large as what it was made of. */
  readonly keyChars: number
}

/** Keeps the entries used last, within both limits. */
export const createLru = <Value>(limits: LruLimits): Lru<Value> => {
  const entries = new Map<string, Value>()
  let keyChars = 0
  const remove = (key: string): void => {
    if (entries.delete(key)) keyChars -= key.length
  }
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
      remove(key)
      entries.set(key, value)
      keyChars += key.length
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.entries && keyChars <= limits.keyChars) break
        remove(oldest)
      }
    },
  }
}
