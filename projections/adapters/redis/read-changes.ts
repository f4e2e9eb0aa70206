import type { ViewChange } from '../../ports/view-store.ts'
import type { FeedState } from './replies.ts'
import type { FedChange } from './tail.ts'

/**
 * Of the changes that the tail hears, those made after `start`: the tail may still be catching up with what was there before the reader
 * came. Throws what `start` throws.
 */
export const changesAfter = (
  heard: AsyncIterable<ViewChange>,
  start: Promise<FeedState>,
): AsyncIterable<ViewChange> => {
  const inner = heard[Symbol.asyncIterator]()
  const failed = start.then(() => new Promise<never>(() => {}))
  failed.catch(() => {})
  let from: FeedState | undefined
  const iterator: AsyncIterator<ViewChange, undefined> = {
    next: async () => {
      for (;;) {
        // Only until the start is known: a promise that never settles holds on to the result of every race it was in.
        const result = await (from === undefined ? Promise.race([inner.next(), failed]) : inner.next())
        if (result.done) return { done: true, value: undefined }
        // The tail publishes nothing else.
        const { epoch, seq, ...change } = result.value as FedChange
        from ??= await start
        if (from.epoch === '' || (epoch === from.epoch && seq > from.seq)) return { done: false, value: change }
      }
    },
    return: async () => {
      await inner.return?.()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}
