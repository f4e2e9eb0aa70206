/** Runs tasks of the same key one after the other, in the order they came; tasks of different keys side by side. */
export type KeyedLock = { readonly run: <T>(key: string, task: () => Promise<T>) => Promise<T> }

export const createKeyedLock = (): KeyedLock => {
  const tails = new Map<string, Promise<unknown>>()
  return {
    run: (key, task) => {
      const before = tails.get(key)
      const mine = before ? before.then(task, task) : task()
      tails.set(key, mine)
      const forget = () => {
        if (tails.get(key) === mine) tails.delete(key)
      }
      mine.then(forget, forget)
      return mine
    },
  }
}
