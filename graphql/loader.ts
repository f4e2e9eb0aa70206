type Batch<Key, Document> = {
  readonly keys: Set<Key>
  readonly read: Promise<ReadonlyMap<Key, Document | null>>
}

/**
 * Collects the keys that are asked for in one turn of the event loop and reads them in one go, each key once: a list of instances
 * reads all their operations with one call. Keeps nothing: a key that is asked for later is read again.
 */
export const createLoader = <Key extends string, Document>(
  readMany: (keys: readonly Key[]) => Promise<readonly (Document | null)[]>,
): ((key: Key) => Promise<Document | null>) => {
  let open: Batch<Key, Document> | null = null

  const openBatch = (): Batch<Key, Document> => {
    const keys = new Set<Key>()
    const read = Promise.resolve().then(async () => {
      open = null
      const names = [...keys]
      const documents = await readMany(names)
      return new Map(names.map((name, index) => [name, documents[index] ?? null]))
    })
    return { keys, read }
  }

  return async (key) => {
    open ??= openBatch()
    const { keys, read } = open
    keys.add(key)
    return (await read).get(key) ?? null
  }
}
