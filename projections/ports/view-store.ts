import type { Position } from '../../commands/ports/event-store.ts'
import type { LogMark } from '../../commands/ports/log-mark.ts'

/** The checkpoint of a view that was never written: it stands before the first event. */
export const neverWritten: Position = -1

/** The name of a view up to the first dot: `<name>.<anything>` is another view of the same documents. */
export const baseName = (view: string): string => view.split('.', 1)[0] as string

/** Throws unless the views are of one base name. */
export const assertSwappable = (view: string, from: string): void => {
  if (baseName(view) === baseName(from)) return
  throw new Error(`only ${baseName(view)}.<anything> can take the place of ${view}, and ${from} cannot`)
}

/** A document of a view: plain JSON. Whoever gets one from a store must not change it. */
export type Document = object

/**
 * Where a document stands in lists: index name, the value listed under (a project's id, say) and the sort key within it
 * (strings compare by code unit; use ids or zero-padded numbers). No two documents may share a sort key in one list: pages
 * begin after a sort key and would lose the second.
 */
export type IndexEntry = { readonly index: string; readonly value: string; readonly sortKey: string }

export type ViewWrite =
  | { readonly kind: 'put'; readonly key: string; readonly document: Document; readonly entries: readonly IndexEntry[] }
  | { readonly kind: 'delete'; readonly key: string }

/** Everything one batch of events does to one view, applied as one. */
export type ViewBatch = {
  readonly view: string
  /** What the view's checkpoint must be for the batch to apply. */
  readonly expected: Position
  /** What it is afterwards. */
  readonly checkpoint: Position
  /** Which log that checkpoint is of. */
  readonly mark: LogMark
  /**
   * Of the first batch of a view, whose `expected` is `neverWritten`: until the checkpoint is there the view is being built, and reads are
   * refused. Default: it can be read at once.
   */
  readonly completeAt?: Position
  /** False: nobody reads the changes of this view, so a store need not tell them one by one. Default true. */
  readonly isFollowed?: boolean
  readonly writes: readonly ViewWrite[]
}

/** Where a view is, and in which log. */
export type ViewPlace = { readonly checkpoint: Position; readonly mark: LogMark }

export type Entry<D> = { readonly key: string; readonly document: D; readonly sortKey: string }

export type ListOptions = {
  readonly index: string
  readonly value: string
  /** Only after this sort key (exclusive), in the chosen direction. */
  readonly after?: string
  readonly direction?: 'ascending' | 'descending'
  readonly first: number
}

/** `position`: the checkpoint of the batch that made the change. `document` null: deleted. */
export type ViewChange = { readonly key: string; readonly document: Document | null; readonly position: Position }

/**
 * Which changes of a view a reader wants: of one document, or of those that stand or stood in one list. `newestAlone`: for a reader that wants to
 * know that something changed, whatever it was. It keeps one change at most, and never falls behind.
 */
export type ChangeFilter =
  | { readonly key: string }
  | { readonly index: string; readonly value: string; readonly newestAlone?: boolean }

export type DumpedDocument = {
  readonly key: string
  readonly document: Document
  readonly entries: readonly IndexEntry[]
}
export type Dump = { readonly position: Position; readonly documents: AsyncIterable<DumpedDocument> }

/**
 * Thrown by any method: the store cannot be reached, or it does not have the whole view: some of it was lost or damaged, or it is being
 * built. The same call may succeed later. A write that threw it may have been done, or may be done yet: the checkpoint tells, and guards the next one.
 */
export class ViewStoreUnavailable extends Error {
  override readonly name = 'ViewStoreUnavailable'
  readonly code = 'VIEW_STORE_UNAVAILABLE'
}

/** What a reader is told of a view that is not whole yet; `reason`: why it is built, empty where it was not there. */
export const beingBuilt = (view: string, reason: string): string =>
  `the view ${view} is being built from the log${reason === '' ? '' : `: ${reason}`}`

/** Where the views are. Every adapter passes `test/contracts/view-store.contract.ts`. */
export interface ViewStore {
  /**
   * Applies the batch as one if the view's checkpoint is `expected`, else changes nothing and answers `stale`. Answers `held`, and changes
   * nothing, while the view is held.
   */
  apply(batch: ViewBatch): Promise<'applied' | 'stale' | 'held'>
  /** `neverWritten` for a view that was never written, was dropped or invalidated, or that the store has lost in whole or in part. */
  checkpoint(view: string): Promise<Position>
  /** The checkpoint, and of which log it is. */
  place(view: string): Promise<ViewPlace>
  get<D>(view: string, key: string): Promise<D | null>
  /**
   * In the order of the keys, null where there is none. `forBuilding`: for a projector, which reads a view that is being built, and finds
   * nothing in one that was lost.
   */
  getMany<D>(
    view: string,
    keys: readonly string[],
    options?: { readonly forBuilding: boolean },
  ): Promise<readonly (D | null)[]>
  list<D>(view: string, options: ListOptions): Promise<readonly Entry<D>[]>
  count(view: string, index: string, value: string): Promise<number>
  /** Resolves true once the view's checkpoint has reached the position, false when the signal aborts first. */
  waitFor(view: string, position: Position, signal: AbortSignal): Promise<boolean>
  /**
   * Changes of a view from the moment of the call until the signal aborts, in order. A slow reader gets the newest state of a key, not
   * every state between; a reader that falls too far behind, or whose view is dropped or swapped, is ended with
   * `ViewStoreUnavailable` and starts again.
   */
  changes(view: string, signal: AbortSignal, only?: ChangeFilter): AsyncIterable<ViewChange>
  /**
   * Every document with its entries, in order of key, as of one checkpoint: what two stores are compared by. Reading the documents
   * throws `ViewStoreUnavailable` where the store could not hold the picture while writes went on: dump again.
   */
  dump(view: string): Promise<Dump>
  /** Forgets the view and its checkpoint. */
  drop(view: string): Promise<void>
  /** The view says what is wrong: reads are refused, with the reason, until it has been built again, which begins at `neverWritten`. */
  invalidate(view: string, reason: string): Promise<void>
  /**
   * Puts the view `from` in the place of `view`, as one; `from` is gone afterwards. Readers are not taken back: where `from` is not as far as
   * `view`, nothing is changed and the answer is `behind`. Only for views of one `baseName`: their documents are the same, and stores
   * that spread views over machines keep them together. Throws on others. A swap ends a hold.
   */
  swap(view: string, from: string): Promise<'swapped' | 'behind'>
  /** Stops writes to the view for that long, so that one built beside it can draw level. Readers notice nothing. */
  hold(view: string, holdMs: number): Promise<void>
  close(): Promise<void>
}
