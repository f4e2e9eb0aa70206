import type { Position } from '../../../commands/ports/event-store.ts'
import { type LogMark, noMark } from '../../../commands/ports/log-mark.ts'
import {
  assertSwappable,
  baseName,
  beingBuilt,
  type DumpedDocument,
  type Entry,
  neverWritten,
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
  const views = new Map<string, KeptView>()
  const feeds = new Map<string, ChangeFeed>()
  const waiters = new Map<string, Waiters>()
  /** Until when a view is held, by `performance.now`. */
  const held = new Map<string, number>()
  let closed = false

  const keptOf = (view: string): KeptView => {
    if (closed) throw new ViewStoreUnavailable('the view store is closed')
    return getOrCreate(views, view, () => createKept(view))
  }
  const viewOf = (view: string): MemoryView => keptOf(view).view
  /** For readers. */
  const wholeOf = (name: string): MemoryView => {
    const { view, completeAt, reason } = keptOf(name)
    if (view.checkpoint() < completeAt) throw new ViewStoreUnavailable(beingBuilt(name, reason))
    return view
  }
  const replace = (name: string, kept: KeptView, why: string): void => {
    views.set(name, kept)
    feedOf(name).end(new ViewStoreUnavailable(`the view ${name} ${why}`))
  }
  const feedOf = (view: string) => getOrCreate(feeds, view, () => createChangeFeed({ maxUnread: maxUnreadChanges }))
  const waitersOf = (view: string) => getOrCreate(waiters, view, createWaiters)

  return {
    apply: async ({ view: name, expected, checkpoint, mark, completeAt = neverWritten, writes }) => {
      const kept = keptOf(name)
      const { view } = kept
      if (view.checkpoint() !== expected) return 'stale'
      if ((held.get(name) ?? 0) > performance.now()) return 'held'
      if (expected === neverWritten) kept.completeAt = completeAt
      kept.mark = mark
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
    place: async (name) => {
      const { view, mark } = keptOf(name)
      return { checkpoint: view.checkpoint(), mark }
    },
    // The caller names the type of what its projection has put there.
    get: async <D>(view: string, key: string) => wholeOf(view).get(key) as D | null,
    getMany: async <D>(name: string, keys: readonly string[], options = { forBuilding: false }) => {
      const view = options.forBuilding ? viewOf(name) : wholeOf(name)
      return keys.map((key) => view.get(key) as D | null)
    },
    list: async <D>(view: string, options: Parameters<ViewStore['list']>[1]) =>
      wholeOf(view).list(options) as unknown as Entry<D>[],
    count: async (view, index, value) => wholeOf(view).count(index, value),
    waitFor: async (view, position, signal) => {
      if (viewOf(view).checkpoint() >= position) return true
      return waitersOf(view).wait(position, signal)
    },
    changes: (view, signal, only) => {
      viewOf(view)
      return feedOf(view).subscribe(signal, only)
    },
    dump: async (name) => {
      const view = wholeOf(name)
      return { position: view.checkpoint(), documents: inTurn(view.dump()) }
    },
    drop: async (view) => {
      keptOf(view)
      replace(view, createKept(view), 'was dropped')
    },
    invalidate: async (view, reason) => {
      keptOf(view)
      replace(view, { ...createKept(view), completeAt: Number.POSITIVE_INFINITY, reason }, `is wrong: ${reason}`)
    },
    swap: async (view, from) => {
      assertSwappable(view, from)
      const kept = keptOf(from)
      const checkpoint = kept.view.checkpoint()
      if (checkpoint < viewOf(view).checkpoint()) return 'behind'
      views.delete(from)
      feedOf(from).end(new ViewStoreUnavailable(`the view ${from} was put in the place of ${view}`))
      feeds.delete(from)
      replace(view, kept, 'was replaced')
      held.delete(view)
      waitersOf(view).reached(checkpoint)
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

/** `completeAt`: before its checkpoint is there, a view is not read. */
type KeptView = { readonly view: MemoryView; mark: LogMark; completeAt: Position; readonly reason: string }

const createKept = (name: string): KeptView => ({
  view: createView(name),
  mark: noMark,
  completeAt: neverWritten,
  reason: '',
})

const createView = (view: string): MemoryView => (baseName(view) === auditLog ? createAuditView() : createMemoryView())
const auditLog = 'events'

async function* inTurn(documents: Iterable<DumpedDocument>): AsyncGenerator<DumpedDocument> {
  yield* documents
}
