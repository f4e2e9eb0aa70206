import { randomUUID } from 'node:crypto'
import type { Position } from '../../../commands/ports/event-store.ts'
import {
  assertSwappable,
  beingBuilt,
  type Entry,
  type ListOptions,
  type ViewStore,
  ViewStoreUnavailable,
} from '../../ports/view-store.ts'
import { getOrCreate } from '../memory/get-or-create.ts'
import { applyBatch } from './apply-batch.ts'
import { boundedCall } from './call.ts'
import { createRedisClient, type RedisClient, type RedisConnectionOptions } from './connect.ts'
import { dumpView } from './dump-view.ts'
import { checkPrefix, decodePlace, listRange, sixKeys, viewKeys } from './keys.ts'
import { encodeText } from './order-text.ts'
import { changesAfter } from './read-changes.ts'
import {
  type FeedState,
  incomplete,
  parseDocument,
  parseFeedState,
  parseMark,
  parseReply,
  ViewDamaged,
  type ViewReply,
} from './replies.ts'
import { createTail, type Tail } from './tail.ts'

export type RedisViewStoreOptions = Omit<RedisConnectionOptions, 'silenceMs'> & {
  /** All keys begin with it. No braces. Default `coffer`. */
  readonly prefix?: string
  readonly limits?: Partial<RedisLimits>
}

export type RedisLimits = {
  /** How long a call may take before it throws `ViewStoreUnavailable`. */
  readonly callTimeoutMs: number
  /** How many changes of a view are kept in Redis, and how many documents a reader of `changes` may leave unread in this process. */
  readonly maxUnreadChanges: number
  /** How long it may take until a follower notices that Redis was flushed. */
  readonly blockMs: number
  /** How long a view is followed on that nobody waits for or follows any more. */
  readonly unusedTailMs: number
  /** What goes to Redis in one message at most. */
  readonly maxWritesPerMessage: number
  readonly maxBytesPerMessage: number
}

export const defaultRedisLimits: RedisLimits = {
  callTimeoutMs: 5000,
  maxUnreadChanges: 5000,
  blockMs: 5000,
  unusedTailMs: 10_000,
  maxWritesPerMessage: 1000,
  maxBytesPerMessage: 4_000_000,
}

/** Of a view that was heard of and not read yet. */
const anyEpoch = ''
/** Of a view in whose place there is another by now: it was there, and how far it came says nothing about that one. */
const endedEpoch = 'ended'
/** Of a follower that has lost its connection. */
const tailBackOff = { firstMs: 20, maxMs: 1000 }
/** How long the stream of a dropped view stays for those who have not heard of it. */
const leftFeedMs = 600_000

/**
 * A `ViewStore` in Redis 6.2 or later: one server, one watched by Sentinels, or a cluster. Keys: see `ViewKeys`. It holds one
 * connection for commands and one for each view that somebody waits for or follows.
 *
 * Redis may lose what it has acknowledged (flushed, restarted without persistence, failed over to a replica that lagged). A view that is
 * gone, whole or in part, has the checkpoint `neverWritten`, and projectors build it again. A process that has seen a view further on
 * than it is now gets `ViewStoreUnavailable` until the view is there again, instead of a half-built view.
 */
export const createRedisViewStore = (options: RedisViewStoreOptions): ViewStore => {
  const limits: RedisLimits = { ...defaultRedisLimits, ...options.limits }
  const prefix = checkPrefix(options.prefix ?? 'coffer')
  const connect = (silenceMs: number) => createRedisClient({ ...options, silenceMs })
  const client = connect(limits.callTimeoutMs)
  const closing = new AbortController()
  const tails = new Map<string, Tail>()
  const asked = new Map<string, Promise<FeedState>>()
  /** How far this process has seen each view, as it was begun last. */
  const seen = new Map<string, { readonly epoch: string; readonly checkpoint: Position }>()

  const send = <T>(what: string, run: (client: RedisClient) => Promise<T>): Promise<T> =>
    boundedCall({ what, timeoutMs: limits.callTimeoutMs, signal: closing.signal, outage: client.outage }, () =>
      run(client),
    )
  const keysOf = (view: string) => viewKeys(prefix, view)
  const fourKeysOf = (view: string) => sixKeys(keysOf(view)).slice(0, 4)

  const note = (view: string, { epoch, checkpoint }: Pick<ViewReply, 'epoch' | 'checkpoint'>): void => {
    const known = seen.get(view)
    const isSame = known?.epoch === epoch || known?.epoch === anyEpoch
    seen.set(view, { epoch, checkpoint: isSame ? Math.max(known.checkpoint, checkpoint) : checkpoint })
  }

  const ask = async (view: string, run: (client: RedisClient) => Promise<unknown>): Promise<ViewReply> =>
    parseReply(await send(`read the view ${view}`, run))

  /** What is found damaged is void from then on, and a projector builds it again. */
  const sound = async <T>(view: string, read: () => Promise<T>): Promise<T> => {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof ViewDamaged)) throw error
      await invalidate(view, '')
      throw new ViewStoreUnavailable(`the view ${view} is damaged: ${error.message}`, { cause: error })
    }
  }

  /** An answer from a view that is whole and not behind where it was known to be when the question was sent. */
  const readWhole = async <T>(
    view: string,
    run: (client: RedisClient) => Promise<unknown>,
    parse: (rest: ViewReply['rest']) => T,
  ): Promise<T> => {
    const known = seen.get(view)
    const reply = await ask(view, run)
    const { state, checkpoint, epoch, reason } = reply
    if (state === 'lost') throw new ViewStoreUnavailable(incomplete(view, reason))
    if (state === 'building') throw new ViewStoreUnavailable(beingBuilt(view, reason))
    const isSame = known?.epoch === epoch || known?.epoch === anyEpoch
    if (known && (state === 'none' || (isSame && checkpoint < known.checkpoint))) {
      throw new ViewStoreUnavailable(
        `the view ${view} was at ${known.checkpoint} and is at ${checkpoint}: Redis has lost it`,
      )
    }
    if (state === 'whole') note(view, reply)
    return sound(view, async () => parse(reply.rest))
  }

  const invalidate = async (view: string, reason: string): Promise<void> => {
    const [turn, keys] = [randomUUID(), sixKeys(keysOf(view))]
    await send(`invalidate the view ${view}`, (client) => client.cofferInvalidate(...keys, turn, reason))
  }

  const tailOf = (view: string): Tail =>
    getOrCreate(tails, view, () =>
      createTail({
        view,
        keys: keysOf(view),
        connect: () => connect(limits.callTimeoutMs + limits.blockMs),
        maxUnread: limits.maxUnreadChanges,
        blockMs: limits.blockMs,
        timeoutMs: limits.callTimeoutMs,
        unusedMs: limits.unusedTailMs,
        onUnused: () => tails.delete(view),
        backOff: tailBackOff,
        onCheckpoint: (checkpoint) => note(view, { epoch: seen.get(view)?.epoch ?? anyEpoch, checkpoint }),
        onTurn: (isDropped) => {
          const known = seen.get(view)
          if (isDropped) seen.delete(view)
          else if (known) seen.set(view, { ...known, epoch: endedEpoch })
        },
      }),
    )

  /** Starts to follow the view if nobody did, and tells where its stream is now. */
  const startTail = (view: string): { readonly tail: Tail; readonly start: Promise<FeedState> } => {
    const tail = tailOf(view)
    const start = send(`read the view ${view}`, (client) =>
      client.cofferFeedState(...sixKeys(keysOf(view)), randomUUID()),
    ).then(parseFeedState)
    start.catch(() => {})
    tail.start(start)
    return { tail, start }
  }

  /** For who waits: many begin to wait at once, and share the answer to a question that is on its way. */
  const askTogether = (view: string): Promise<FeedState> =>
    getOrCreate(asked, view, () => {
      const { start } = startTail(view)
      const isAnswered = () => asked.delete(view)
      start.then(isAnswered, isAnswered)
      return start
    })

  const forget = (...views: readonly string[]): void => {
    for (const view of views) seen.delete(view)
  }

  return {
    apply: async (batch) => {
      const { view } = batch
      return applyBatch((run) => send(`write the view ${view}`, run), keysOf(view), batch, limits)
    },
    checkpoint: async (view) => (await ask(view, (client) => client.cofferRead(...fourKeysOf(view)))).checkpoint,
    place: async (view) => {
      const { checkpoint, rest } = await ask(view, (client) => client.cofferPlace(...fourKeysOf(view)))
      return { checkpoint, mark: parseMark(rest[0]) }
    },
    get: async <D>(view: string, key: string) =>
      readWhole(
        view,
        (client) => client.cofferRead(...fourKeysOf(view), encodeText(key)),
        ([json]) => parseDocument<D>(json),
      ),
    getMany: async <D>(view: string, keys: readonly string[], options = { forBuilding: false }) => {
      const run = (client: RedisClient) => client.cofferRead(...fourKeysOf(view), ...keys.map(encodeText))
      const parse = (rest: ViewReply['rest']) => keys.map((_, at) => parseDocument<D>(rest[at]))
      if (!options.forBuilding) return readWhole(view, run, parse)
      // What was lost is built without asking it.
      return sound(view, async () => parse((await ask(view, run)).rest))
    },
    list: async <D>(view: string, { index, value, after, direction = 'ascending', first }: ListOptions) => {
      const { min, max } = listRange(index, value, after === undefined ? undefined : { sortKey: after, direction })
      const run = (client: RedisClient) => client.cofferList(...fourKeysOf(view), min, max, direction, first)
      return readWhole(view, run, parseList<D>)
    },
    count: async (view, index, value) => {
      const { min, max } = listRange(index, value)
      const run = (client: RedisClient) => client.cofferCount(...fourKeysOf(view), min, max)
      return readWhole(view, run, ([count]) => Number(count ?? 0))
    },
    waitFor: async (view, position, signal) => {
      const tail = tailOf(view)
      const start = askTogether(view)
      const { reached: heard, leave } = tail.waiters.join(position, signal)
      // What came after the question was sent, and before this one began to wait, only the tail has heard.
      const isThere = ({ checkpoint, epoch }: FeedState) => Math.max(checkpoint, tail.heardIn(epoch)) >= position
      try {
        return await Promise.race([heard, start.then((state) => isThere(state) || heard)])
      } finally {
        leave()
      }
    },
    changes: (view, signal, only) => {
      if (closing.signal.aborted) throw new ViewStoreUnavailable('the view store is closed')
      const { tail, start } = startTail(view)
      return changesAfter(tail.feed.subscribe(signal, only), start)
    },
    dump: async (view) => {
      const dump = await dumpView((run) => send(`dump the view ${view}`, run), view, keysOf(view))
      return { ...dump, documents: soundly(dump.documents, (read) => sound(view, read)) }
    },
    invalidate: async (view, reason) => {
      await invalidate(view, reason)
      forget(view)
    },
    drop: async (view) => {
      const [turn, keys] = [randomUUID(), sixKeys(keysOf(view))]
      await send(`drop the view ${view}`, (client) => client.cofferDrop(...keys, turn, leftFeedMs))
      forget(view)
    },
    swap: async (view, from) => {
      assertSwappable(view, from)
      const live = keysOf(view)
      const [turn, keys] = [randomUUID(), [...sixKeys(live), ...sixKeys(keysOf(from)), live.hold]]
      const outcome = await send(`swap the view ${view}`, (client) => client.cofferSwap(...keys, turn, leftFeedMs))
      if (outcome === 'lost') throw new ViewStoreUnavailable(incomplete(from, ''))
      if (outcome === 'behind') return outcome
      forget(view, from)
      return 'swapped'
    },
    hold: async (view, holdMs) => {
      await send(`hold the view ${view}`, (client) => client.set(keysOf(view).hold, '1', 'PX', holdMs))
    },
    close: async () => {
      closing.abort()
      for (const tail of tails.values()) tail.stop()
      client.disconnect()
    },
  }
}

/** The same values; each is asked for by `sound`. */
async function* soundly<T>(
  values: AsyncIterable<T>,
  sound: (read: () => Promise<IteratorResult<T>>) => Promise<IteratorResult<T>>,
): AsyncGenerator<T> {
  const iterator = values[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await sound(() => iterator.next())
      if (done) return
      yield value
    }
  } finally {
    await iterator.return?.()
  }
}

/** Members and documents in turn. Throws `ViewDamaged`. */
const parseList = <D>(rest: readonly (string | null)[]): readonly Entry<D>[] => {
  const entries: Entry<D>[] = []
  for (let at = 0; at < rest.length; at += 2) {
    const { key, sortKey } = decodePlace(rest[at] ?? '')
    const document = parseDocument<D>(rest[at + 1])
    if (document === null) throw new ViewDamaged('a document is listed and is not there')
    entries.push({ key, sortKey, document })
  }
  return entries
}
