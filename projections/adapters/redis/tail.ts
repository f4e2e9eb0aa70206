import { randomUUID } from 'node:crypto'
import type { Position } from '../../../commands/ports/event-store.ts'
import type { BackOffBounds } from '../../../kernel/back-off.ts'
import { createBackOff } from '../../../kernel/back-off.ts'
import { systemRandom } from '../../../kernel/random.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { neverWritten, type ViewChange, ViewStoreUnavailable } from '../../ports/view-store.ts'
import { type ChangeFeed, createChangeFeed } from '../memory/change-feed.ts'
import { createWaiters, type Waiters } from '../memory/waiters.ts'
import { boundedCall } from './call.ts'
import type { RedisClient } from './connect.ts'
import { isReplyError } from './errors.ts'
import { sixKeys, type ViewKeys } from './keys.ts'
import { type FeedEntry, type FeedState, parseEntries, parseFeedState } from './replies.ts'

/** A change and the place of its entry in the stream. */
export type FedChange = ViewChange & Pick<FeedEntry, 'epoch' | 'seq'>

/** Follows the stream of one view for all who want to know in this process. */
export type Tail = {
  /** Changes of it are `FedChange`s. */
  readonly feed: Pick<ChangeFeed, 'subscribe'>
  readonly waiters: Pick<Waiters, 'join'>
  /** How far the view has come in the stream of this epoch, as far as was heard. */
  readonly heardIn: (epoch: string) => Position
  /** Somebody wants to know. The first call begins to follow, from this state if it can be had. */
  readonly start: (from: Promise<FeedState>) => void
  readonly stop: () => void
}

export type TailDeps = {
  readonly view: string
  readonly keys: ViewKeys
  /** A client of its own: it is blocked nearly all the time. */
  readonly connect: () => RedisClient
  readonly maxUnread: number
  /** How long Redis lets a read wait. After that the tail looks whether its stream is still the same. */
  readonly blockMs: number
  readonly timeoutMs: number
  /** How long it follows on though nobody wants to know: whoever comes back soon finds it there. */
  readonly unusedMs: number
  /** It does not follow any more, as nobody wanted to know. */
  readonly onUnused: () => void
  readonly backOff: BackOffBounds
  readonly onCheckpoint: (checkpoint: Position) => void
  /** The view is another one, or may be. `isDropped`: it is gone, and nobody waits for it. */
  readonly onTurn: (isDropped: boolean) => void
}

/**
 * A connection that is lost and found again loses nothing: the stream is read on from where it was. Readers are ended where entries are
 * missing (trimmed before they were read) or the stream is another one (Redis was flushed).
 */
export const createTail = (deps: TailDeps): Tail => {
  const { view, keys, connect, blockMs, timeoutMs } = deps
  const feed = createChangeFeed({ maxUnread: deps.maxUnread })
  const waiters = createWaiters()
  const stopping = new AbortController()
  const { signal } = stopping
  let started = false
  let lastUsedAtMs = 0
  let heard: FeedState | null = null

  const stateOf = async (client: RedisClient): Promise<FeedState> =>
    parseFeedState(
      await boundedCall({ what: `read the changes of ${view}`, timeoutMs, signal }, () =>
        client.cofferFeedState(...sixKeys(keys), randomUUID()),
      ),
    )

  const entriesAfter = async (client: RedisClient, id: string): Promise<readonly FeedEntry[]> => {
    const options = { what: `read the changes of ${view}`, timeoutMs: timeoutMs + blockMs, signal }
    const reply = await boundedCall(options, () =>
      client.xread('COUNT', maxEntriesPerRead, 'BLOCK', blockMs, 'STREAMS', keys.changes, id),
    )
    return parseEntries(reply)
  }

  const endReaders = (why: string, isDropped = false): void => {
    deps.onTurn(isDropped)
    feed.end(new ViewStoreUnavailable(`the view ${view} ${why}`))
  }

  const reached = (checkpoint: Position): void => {
    deps.onCheckpoint(checkpoint)
    waiters.reached(checkpoint)
  }

  const take = (state: FeedState, entry: FeedEntry): FeedState => {
    const isNext = state.epoch === '' ? entry.seq === 1 : entry.epoch === state.epoch && entry.seq === state.seq + 1
    if (entry.ended !== null || !isNext) endReaders(whyEnded(entry), entry.ended === 'dropped')
    else if (entry.key !== null && feed.isRead()) publish(entry, entry.key)
    reached(entry.position)
    return { epoch: entry.epoch, seq: entry.seq, lastId: entry.id, checkpoint: entry.position }
  }

  const publish = ({ document, position, places, epoch, seq }: FeedEntry, key: string): void => {
    const change: FedChange = { key, document, position, epoch, seq }
    feed.publish(change, places)
  }

  /** After a silence: the same stream, or a new one whose entries the next read would not give. */
  const look = async (client: RedisClient, state: FeedState): Promise<FeedState> => {
    const now = await stateOf(client)
    reached(now.checkpoint)
    if (now.epoch === state.epoch || state.epoch === '') return state
    endReaders(missed)
    return now
  }

  const isUnused = (): boolean =>
    !feed.isRead() && waiters.areNone() && performance.now() - lastUsedAtMs > deps.unusedMs

  const follow = async (client: RedisClient, from: Promise<FeedState>): Promise<void> => {
    const backOff = createBackOff({ random: systemRandom, timers: systemTimers }, deps.backOff)
    let state = await from.catch(() => null)
    while (!signal.aborted) {
      if (isUnused()) {
        deps.onUnused()
        stopping.abort()
        return
      }
      try {
        if (!state) {
          state = await stateOf(client)
          // They wait for changes from before it was known where the stream is.
          endReaders(missed)
          reached(state.checkpoint)
        }
        const entries = await entriesAfter(client, state.lastId)
        if (entries.length === 0) state = await look(client, state)
        for (const entry of entries) state = heard = take(state, entry)
        backOff.reset()
      } catch (error) {
        // What is under the key is no stream: asked for its state, Redis begins a new one.
        if (isReplyError(error)) state = null
        // Else the client has said that Redis is away.
        await backOff.wait(signal)
      }
    }
  }

  return {
    feed,
    waiters,
    heardIn: (epoch) => (heard?.epoch === epoch ? heard.checkpoint : neverWritten),
    start: (from) => {
      lastUsedAtMs = performance.now()
      if (started || signal.aborted) return
      started = true
      const client = connect()
      signal.addEventListener('abort', () => client.disconnect())
      void follow(client, from)
    },
    stop: () => {
      stopping.abort()
      feed.end()
      waiters.end()
    },
  }
}

const whyEnded = ({ ended }: FeedEntry): string => (ended === null ? missed : `was ${ended}`)

const missed = 'changed in ways its readers were not told of'
const maxEntriesPerRead = 500
