import { type ChangeFilter, type IndexEntry, type ViewChange, ViewStoreUnavailable } from '../../ports/view-store.ts'

/** The readers of one view's changes. */
export type ChangeFeed = {
  readonly isRead: () => boolean
  /** `entries`: where the document stands and stood before the change. A list may be named twice. */
  readonly publish: (change: ViewChange, entries: readonly IndexEntry[]) => void
  readonly subscribe: (signal: AbortSignal, only?: ChangeFilter) => AsyncIterable<ViewChange>
  /** Ends every reader with this error, or, without one, as if its signal had aborted. */
  readonly end: (error?: ViewStoreUnavailable) => void
}

type Reader = {
  readonly push: (change: ViewChange) => void
  readonly end: (error?: Error) => void
  readonly changes: AsyncIterable<ViewChange>
}

export type ChangeFeedOptions = {
  /** How many documents a reader may leave unread before it is ended. */
  readonly maxUnread: number
}

export const createChangeFeed = ({ maxUnread }: ChangeFeedOptions): ChangeFeed => {
  const all = new Set<Reader>()
  /** By what they want, so that a change costs only those who want it. */
  const readers = new Map<string, Set<Reader>>()

  const deliver = (topic: string, change: ViewChange): void => {
    for (const reader of readers.get(topic) ?? []) reader.push(change)
  }

  return {
    isRead: () => all.size > 0,
    publish: (change, entries) => {
      deliver(everything, change)
      deliver(topicOfKey(change.key), change)
      for (const topic of new Set(entries.map(topicOfList))) deliver(topic, change)
    },
    subscribe: (signal, only) => {
      const topic = topicOf(only)
      const newestAlone = only !== undefined && 'newestAlone' in only && only.newestAlone === true
      const reader = createReader({ maxUnread, newestAlone }, () => {
        all.delete(reader)
        const others = readers.get(topic)
        others?.delete(reader)
        if (others?.size === 0) readers.delete(topic)
        signal.removeEventListener('abort', abort)
      })
      const abort = () => reader.end()
      all.add(reader)
      readers.set(topic, (readers.get(topic) ?? new Set()).add(reader))
      signal.addEventListener('abort', abort)
      if (signal.aborted) abort()
      return reader.changes
    },
    end: (error) => {
      for (const reader of [...all]) reader.end(error)
    },
  }
}

const everything = ''
const topicOfKey = (key: string) => `key\0${key}`
const topicOfList = ({ index, value }: { readonly index: string; readonly value: string }) => `list\0${index}\0${value}`
const topicOf = (only: ChangeFilter | undefined): string => {
  if (!only) return everything
  return 'key' in only ? topicOfKey(only.key) : topicOfList(only)
}

/** A queue of one reader that holds the newest change of a key, in order of change. */
const createReader = (
  { maxUnread, newestAlone }: ChangeFeedOptions & { readonly newestAlone: boolean },
  onEnd: () => void,
): Reader => {
  const unread = new Map<string, ViewChange>()
  let state: 'open' | 'ended' | Error = 'open'
  let wake = () => {}

  const end = (error?: Error): void => {
    if (state !== 'open') return
    state = error ?? 'ended'
    unread.clear()
    onEnd()
    wake()
  }

  const push = (change: ViewChange): void => {
    if (state !== 'open') return
    if (newestAlone) unread.clear()
    else unread.delete(change.key)
    unread.set(change.key, change)
    if (unread.size > maxUnread) {
      end(new ViewStoreUnavailable(`a reader of changes left more than ${maxUnread} documents unread`))
    }
    wake()
  }

  const next = async (): Promise<IteratorResult<ViewChange, undefined>> => {
    while (state === 'open') {
      const [oldest] = unread.values()
      if (oldest) {
        unread.delete(oldest.key)
        return { done: false, value: oldest }
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    if (state instanceof Error) {
      const error = state
      state = 'ended'
      throw error
    }
    return { done: true, value: undefined }
  }

  const iterator: AsyncIterator<ViewChange, undefined> = {
    next,
    return: async () => {
      end()
      return { done: true, value: undefined }
    },
  }
  return { push, end, changes: { [Symbol.asyncIterator]: () => iterator } }
}
