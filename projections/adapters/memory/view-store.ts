import type { ViewName } from '../../documents.ts'
import {
  assertSwappable,
  baseName,
  type DumpedDocument,
  type Entry,
  type ViewStore,
  ViewStoreUnavailable,
} from '../../ports/view-store.ts'
import { createAuditView } from './audit-view.ts'
import { type ChangeFeed, createChangeFeed } from './change-feed.ts'
import { getOrCreate } from './get-or-create.ts'
import { createMemoryView, type MemoryView } from './memory-view.ts'
import { createWaiters, type Waiters } from './waiters.ts'

export type MemoryViewStoreOptions = {
  /** How many changed documents a reader of `changes` may leave unread before it is ended. Default 10,000. */
  readonly maxUnreadChanges?: number
}

/** A `ViewStore` in this process's memory: gone with it, and built again from the log at the next start. */
export const createMemoryViewStore = ({ maxUnreadChanges = 10_000 }: MemoryViewStoreOptions = {}): ViewStore => {
  const views = new Map<string, MemoryView>()
  const feeds = new Map<string, ChangeFeed>()
  const waiters = new Map<string, Waiters>()
  /** Until when a view is held, by `performance.now`. */
  const held = new Map<string, number>()
  let closed = false

  const viewOf = (view: string): MemoryView => {
    if (closed) throw new ViewStoreUnavailable('the view store is closed')
    return getOrCreate(views, view, () => createView(view))
  }
  const feedOf = (view: string) => getOrCreate(feeds, view, () => createChangeFeed({ maxUnread: maxUnreadChanges }))
  const waitersOf = (view: string) => getOrCreate(waiters, view, createWaiters)

  return {
    apply: async ({ view: name, expected, checkpoint, writes }) => {
      const view = viewOf(name)
      if (view.checkpoint() !== expected) return 'stale'
      if ((held.get(name) ?? 0) > performance.now()) return 'held'
      const feed = feedOf(name)
      for (const write of writes) {
        if (!feed.isRead()) {
          view.write(write)
          continue
        }
        const before = view.entriesOf(write.key)
        view.write(write)
        const document = write.kind === 'put' ? write.document : null
        feed.publish({ key: write.key, document, position: checkpoint }, [...before, ...view.entriesOf(write.key)])
      }
      view.moveTo(checkpoint)
      waitersOf(name).reached(checkpoint)
      return 'applied'
    },
    checkpoint: async (view) => viewOf(view).checkpoint(),
    // The caller names the type of what its projection has put there.
    get: async <D>(view: string, key: string) => viewOf(view).get(key) as D | null,
    getMany: async <D>(name: string, keys: readonly string[]) => {
      const view = viewOf(name)
      return keys.map((key) => view.get(key) as D | null)
    },
    list: async <D>(view: string, options: Parameters<ViewStore['list']>[1]) =>
      viewOf(view).list(options) as unknown as Entry<D>[],
    count: async (view, index, value) => viewOf(view).count(index, value),
    waitFor: async (view, position, signal) => {
      if (viewOf(view).checkpoint() >= position) return true
      return waitersOf(view).wait(position, signal)
    },
    changes: (view, signal, only) => {
      viewOf(view)
      return feedOf(view).subscribe(signal, only)
    },
    dump: async (name) => {
      const view = viewOf(name)
      return { position: view.checkpoint(), documents: inTurn(view.dump()) }
    },
    drop: async (view) => {
      viewOf(view)
      views.delete(view)
      feedOf(view).end(new ViewStoreUnavailable(`the view ${view} was dropped`))
    },
    swap: async (view, from) => {
      assertSwappable(view, from)
      const replacement = viewOf(from)
      if (replacement.checkpoint() < viewOf(view).checkpoint()) return 'behind'
      views.delete(from)
      views.set(view, replacement)
      held.delete(view)
      feedOf(from).end(new ViewStoreUnavailable(`the view ${from} was put in the place of ${view}`))
      feeds.delete(from)
      feedOf(view).end(new ViewStoreUnavailable(`the view ${view} was replaced`))
      waitersOf(view).reached(replacement.checkpoint())
      return 'swapped'
    },
    hold: async (view, holdMs) => {
      viewOf(view)
      held.set(view, performance.now() + holdMs)
    },
    close: async () => {
      closed = true
      for (const feed of feeds.values()) feed.end()
      for (const waiting of waiters.values()) waiting.end()
      views.clear()
    },
  }
}

const createView = (view: string): MemoryView => (baseName(view) === auditLog ? createAuditView() : createMemoryView())
const auditLog: ViewName = 'events'

async function* inTurn(documents: Iterable<DumpedDocument>): AsyncGenerator<DumpedDocument> {
  yield* documents
}
