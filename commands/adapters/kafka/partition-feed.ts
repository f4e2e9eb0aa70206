import type { PlacedMessage } from '../partition-reader.ts'

/** What was fetched of a partition and is not handled yet. */
export type PartitionFeed = {
  /** Where to fetch next, as far as this feed knows: null before anything came. */
  readonly next: () => string | null
  push(messages: readonly PlacedMessage[]): void
  /** Everything that was not taken yet. */
  take(): readonly PlacedMessage[]
  /** Resolves when there is something to take, or when the signal aborts. */
  arrival(signal: AbortSignal): Promise<void>
  handled(message: PlacedMessage): void
}

export type PartitionFeedOptions = {
  readonly maxMessages: number
  readonly maxChars: number
  /** Too much is waiting: fetch no more of this partition. */
  readonly onFull: () => void
  /** Half of that is done: fetch again. */
  readonly onRoom: () => void
}

export const createPartitionFeed = ({ maxMessages, maxChars, onFull, onRoom }: PartitionFeedOptions): PartitionFeed => {
  let waiting: PlacedMessage[] = []
  let messages = 0
  let chars = 0
  let full = false
  let next: string | null = null
  let arrived = Promise.withResolvers<void>()

  return {
    next: () => next,
    push: (fetched) => {
      const last = fetched.at(-1)
      if (last === undefined) return
      next = String(BigInt(last.offset) + 1n)
      waiting.push(...fetched)
      messages += fetched.length
      for (const { value } of fetched) chars += value.length
      arrived.resolve()
      if (full || (messages < maxMessages && chars < maxChars)) return
      full = true
      onFull()
    },
    take: () => {
      const taken = waiting
      waiting = []
      if (taken.length > 0) arrived = Promise.withResolvers()
      return taken
    },
    arrival: async (signal) => {
      const stopped = Promise.withResolvers<void>()
      const stop = () => stopped.resolve()
      signal.addEventListener('abort', stop, { once: true })
      if (!signal.aborted) await Promise.race([arrived.promise, stopped.promise])
      signal.removeEventListener('abort', stop)
    },
    handled: ({ value }) => {
      messages -= 1
      chars -= value.length
      if (!full || messages > maxMessages / 2 || chars > maxChars / 2) return
      full = false
      onRoom()
    },
  }
}
