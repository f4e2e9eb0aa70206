import type { Category } from '../../domain/aggregates.ts'
import type { EventId } from '../../domain/ids.ts'
import type { EventMetadata } from '../../domain/metadata.ts'
import type { StreamName } from '../../domain/stream.ts'

/**
 * A place in the order of the whole log, not an event. Grows with every event, has gaps, fits a double exactly. `-1` stands before the
 * first event.
 *
 * A store may keep records of others between our events, so a subscription may stand beyond `head()`, the position of the last event:
 *
 * - A subscriber who aims for `head()` reaches that position or a later one.
 * - A subscriber who aims for the position of another subscriber's batch reaches that too.
 * - Equal positions are not the end of the log for everybody. To ask whether somebody is behind, ask `position < head()`. To draw level
 *   with a place, go on to that place, not to `head()`.
 * - An event appended later stands beyond every position a subscription has told.
 *
 * A position says nothing about which log it is of: see `log-mark.ts`.
 */
export type Position = number
export const beforeFirst: Position = -1

/** By category of the streams that a command has to do with: where the last event lies that it wrote there, or found. */
export type WrittenUpTo = Readonly<Partial<Record<Category, Position>>>

/** JSON only: no bigint, no Date, no undefined inside. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export type NewEvent = {
  readonly id: EventId
  readonly type: string
  readonly version: number
  readonly data: unknown
  readonly metadata: EventMetadata
}

/** Not checked: whoever reads one takes it through `checkEvent`. */
export type StoredEvent = Omit<NewEvent, 'metadata'> & {
  readonly metadata: unknown
  readonly stream: StreamName
  /** 0 for the first event of the stream. */
  readonly revision: number
  readonly position: Position
}

/** The revision of the last event the writer has seen, or that the stream must not exist yet. */
export type ExpectedRevision = number | 'no-stream'

export type AppendResult = { readonly revision: number; readonly position: Position }

/** Thrown by `append`: somebody else wrote first. `actual` is the last revision, or `no-stream`. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict'
  readonly code = 'REVISION_CONFLICT'
  readonly stream: StreamName
  readonly expected: ExpectedRevision
  readonly actual: ExpectedRevision | 'unknown'
  constructor(stream: StreamName, expected: ExpectedRevision, actual: ExpectedRevision | 'unknown') {
    super(`stream ${stream} is at ${actual}, not at ${expected}`)
    this.stream = stream
    this.expected = expected
    this.actual = actual
  }
}

/** Thrown by any method: the store cannot be reached or refuses for now. The same call may succeed later. */
export class EventStoreUnavailable extends Error {
  override readonly name = 'EventStoreUnavailable'
  readonly code = 'EVENT_STORE_UNAVAILABLE'
}

/**
 * Thrown by `append`: an event is over `maxEventBytes` or is not JSON, all of them are more than the store takes at once (KurrentDB: 1 MiB), or
 * the stream was deleted for good. Nothing was written; a repeat fails the same way.
 */
export class EventRefused extends Error {
  override readonly name = 'EventRefused'
  readonly code = 'EVENT_REFUSED'
}

/** The largest event, data and metadata as JSON in UTF-8. */
export const maxEventBytes = 1_000_000

export type ReadStreamOptions = {
  /** First revision to read; default 0, or for `backwards` the last. */
  readonly from?: number
  readonly direction?: 'forwards' | 'backwards'
  readonly maxCount?: number
  readonly signal?: AbortSignal
}

export type SubscribeOptions = {
  /** Only events after this position. */
  readonly after: Position
  /** Only streams of these categories (`instance`, `operation` ...); default all but `key`. */
  readonly categories?: readonly string[]
  readonly signal: AbortSignal
}

/**
 * `events`: in order of position, never empty. `caught-up`: everything appended before this moment has been handed over (it
 * may come again and again). `position` in both: safe to resume after, once everything handed over so far is handled;
 * it may lie beyond the last event seen, where a filter skipped some.
 */
export type SubscriptionBatch =
  | { readonly kind: 'events'; readonly events: readonly StoredEvent[]; readonly position: Position }
  | { readonly kind: 'caught-up'; readonly position: Position }

/** The log. Every adapter passes `test/contracts/event-store.contract.ts`. */
export interface EventStore {
  /**
   * Appends all events of one call or none, durably, in order. Throws `RevisionConflict`, `EventRefused` or
   * `EventStoreUnavailable`. Repeating an append with the same event ids at the same expected revision is the same append: it
   * writes nothing and answers as the first time, also after a lost answer.
   */
  append(stream: StreamName, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult>
  /** One stream in pages; ends at the last event there is. A stream that does not exist yields nothing. */
  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<readonly StoredEvent[]>
  /** Everything after a position, in pages, ending at the last event there is now. Leaves out category `key` unless named. */
  readAll(options: SubscribeOptions): AsyncIterable<readonly StoredEvent[]>
  /**
   * Everything after a position, live, until the signal aborts (then it ends without throwing). At least once, in order. Throws
   * `EventStoreUnavailable` when the connection drops: subscribe again from the last handled position.
   */
  subscribe(options: SubscribeOptions): AsyncIterable<SubscriptionBatch>
  /** The position of the last event, `beforeFirst` in an empty store. */
  head(): Promise<Position>
  /** The position of the last record of any kind: no subscription stands beyond it. At least `head()`. */
  end(): Promise<Position>
  /**
   * Deletes a whole stream and the data of its events (for `key-` streams). `readStream` gives nothing of it from now on; `readAll` of its
   * category may until the store's own housekeeping has removed the data (KurrentDB: a scavenge). Not to be written again. Deleting
   * what is not there is fine.
   */
  deleteStream(stream: StreamName): Promise<void>
  close(): Promise<void>
}
