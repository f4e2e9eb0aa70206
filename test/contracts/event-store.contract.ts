import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  beforeFirst,
  EventRefused,
  type EventStore,
  EventStoreUnavailable,
  maxEventBytes,
  type NewEvent,
  RevisionConflict,
  type StoredEvent,
  type SubscriptionBatch,
} from '../../commands/ports/event-store.ts'
import { createStreamName, type StreamName } from '../../domain/stream.ts'
import { anEvent } from '../support/any-event.ts'

/** What holds for every store an adapter gives, and what of the suite it is therefore asked. */
export type EventStoreTraits = {
  /** Others write to the same store, now and before: it is not empty, and its head moves. */
  readonly isShared?: boolean
  /** Data of deleted streams stays in `readAll` until some housekeeping of the store. */
  readonly erasesLater?: boolean
  /** It is reached over a network that can fail; the fixture has `network`. */
  readonly isRemote?: boolean
}

/** From now on, until the returned function is called. */
type Harm = () => Promise<() => Promise<void>>

/** A store, empty unless shared, and ways to do harm to it, where the adapter has them. */
export type EventStoreFixture = {
  readonly store: EventStore
  readonly dispose: () => Promise<void>
  /** Another client of the same data, as another process has one. Disposed of with the fixture. */
  readonly openSecond?: () => Promise<EventStore>
  /** From now on writes fail as on a full disk, until the returned function is called. */
  readonly failWrites?: Harm
  /** Writes a record that is no event of the log, where the store has such. */
  readonly writeBeside?: () => Promise<void>
  readonly network?: {
    /** Breaks all connections; new ones are made. */
    readonly drop: () => Promise<void>
    /** Breaks all connections and lets none be made. */
    readonly cut: Harm
    /** What is sent arrives, no answer comes back. */
    readonly loseAnswers: Harm
  }
}

/** What every `EventStore` keeps. */
export const eventStoreContract = (
  name: string,
  create: () => Promise<EventStoreFixture>,
  { isShared = false, erasesLater = false, isRemote = false }: EventStoreTraits = {},
): void => {
  /** The streams of the test that runs, and where the log ended before it: the rest of a shared store is not its business. */
  const own = new Set<StreamName>()
  let origin = beforeFirst

  const aStream = (category: string): StreamName => {
    const stream = createStreamName(category, randomUUID())
    own.add(stream)
    return stream
  }
  const isOwn = ({ stream }: StoredEvent): boolean => own.has(stream)
  const readAll = async (
    store: EventStore,
    options: { after?: number; categories?: readonly string[] } = {},
  ): Promise<StoredEvent[]> =>
    (await collect(store.readAll({ after: origin, signal: new AbortController().signal, ...options }))).filter(isOwn)
  const follow = (store: EventStore, options: Omit<FollowOptions, 'isOwn' | 'origin'>): Promise<Followed> =>
    followStore(store, { origin, isOwn, ...options })
  const expectHead = async (store: EventStore, position: number): Promise<void> => {
    const head = await store.head()
    if (isShared) expect(head).toBeGreaterThanOrEqual(position)
    else expect(head).toBe(position)
  }

  const withFixture = async (use: (fixture: EventStoreFixture) => Promise<void>): Promise<void> => {
    const fixture = await create()
    try {
      own.clear()
      origin = await fixture.store.head()
      await use(fixture)
    } finally {
      await fixture.dispose()
    }
  }
  const withStore = (use: (store: EventStore) => Promise<void>) => withFixture(({ store }) => use(store))

  describe(`${name} appends`, () => {
    it('and reads back what was appended, in order, with revisions from 0 and growing positions', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const events = [
          anEvent({ text: 'ä \u{1f418} \u0000 "' }),
          anEvent({ deep: [{ n: 1.5, no: null, yes: true }] }),
          anEvent([]),
        ]
        const first = await store.append(stream, events.slice(0, 2), 'no-stream')
        const second = await store.append(stream, events.slice(2), 1)

        const stored = await readStream(store, stream)
        expect(stored.map(asNew)).toEqual(events)
        expect(stored.map((event) => event.revision)).toEqual([0, 1, 2])
        expect(stored.map((event) => event.stream)).toEqual([stream, stream, stream])
        expect(first).toEqual({ revision: 1, position: stored[1]?.position })
        expect(second).toEqual({ revision: 2, position: stored[2]?.position })
        expect(isGrowing(stored.map((event) => event.position))).toBe(true)
      }))

    it('stores the event as it was when append was called', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const data = { status: 'before' }
        const appended = store.append(stream, [anEvent(data)], 'no-stream')
        data.status = 'after'
        await appended
        expect((await readStream(store, stream))[0]?.data).toEqual({ status: 'before' })
      }))

    it.each([
      ['a stream that exists, expected not to', 2, 'no-stream', 1],
      ['a stream that has gone on', 2, 0, 1],
      ['a stream that has not come so far', 2, 5, 1],
      ['a stream that does not exist', 0, 0, 'no-stream'],
    ] as const)(
      'refuses a wrong revision of %s, says the actual one and writes nothing',
      (_, length, expected, actual) =>
        withStore(async (store) => {
          const stream = aStream('instance')
          if (length > 0) await store.append(stream, someEvents(length), 'no-stream')
          const head = await store.head()
          const error = await rejection(store.append(stream, someEvents(2), expected))
          expect(error).toBeInstanceOf(RevisionConflict)
          expect(error).toMatchObject({ code: 'REVISION_CONFLICT', stream, expected, actual })
          expect(await readStream(store, stream)).toHaveLength(length)
          if (!isShared) await expectHead(store, head)
        }),
    )

    it('lets exactly one of many writers through that expect the same revision', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, () => store.append(stream, someEvents(2), 'no-stream')),
        )
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(RevisionConflict)
        }
        expect(await readStream(store, stream)).toHaveLength(2)
      }))

    it('gives each of many writers at once its own answer', () =>
      withStore(async (store) => {
        const taken = aStream('instance')
        await store.append(taken, someEvents(1), 'no-stream')
        const results = await Promise.allSettled([
          ...Array.from({ length: 50 }, () => store.append(aStream('instance'), someEvents(1), 'no-stream')),
          store.append(taken, someEvents(1), 'no-stream'),
          store.append(taken, [anEvent(new Date() as never)], 0),
        ])
        const positions = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.position] : []))
        expect(new Set(positions).size).toBe(50)
        expect(results.slice(50).map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
          'REVISION_CONFLICT',
          'EVENT_REFUSED',
        ])
      }))
  })

  describe(`${name} takes a repeated append for the same append`, () => {
    it('and answers as the first time, also when the stream has gone on', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const first = someEvents(2)
        const second = someEvents(3)
        const answers = [await store.append(stream, first, 'no-stream'), await store.append(stream, second, 1)]
        expect(await store.append(stream, first, 'no-stream')).toEqual(answers[0])
        expect(await store.append(stream, second, 1)).toEqual(answers[1])
        expect((await readStream(store, stream)).map(asNew)).toEqual([...first, ...second])
      }))

    it('also when both are on their way at once', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const events = someEvents(2)
        const [one, other] = await Promise.all([
          store.append(stream, events, 'no-stream'),
          store.append(stream, events, 'no-stream'),
        ])
        expect(other).toEqual(one)
        expect(await readStream(store, stream)).toHaveLength(2)
      }))

    it('but not when only some of the ids are the same', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const events = someEvents(2)
        await store.append(stream, events, 'no-stream')
        for (const changed of [[...events, anEvent({})], [...events.slice(0, 1), anEvent({})], someEvents(2)]) {
          expect(await rejection(store.append(stream, changed, 'no-stream'))).toBeInstanceOf(RevisionConflict)
        }
      }))
  })

  describe(`${name} refuses`, () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    const sparse: unknown[] = [1]
    sparse[2] = 3
    it.each([
      ['a bigint', { n: 1n }],
      ['undefined in an object', { a: { b: undefined } }],
      ['undefined itself', undefined],
      ['a hole in an array', { sparse }],
      ['a Date', { at: new Date(0) }],
      ['NaN', { n: Number.NaN }],
      ['Infinity', [Number.POSITIVE_INFINITY]],
      ['a function', { f: () => 1 }],
      ['a symbol', { s: Symbol('s') }],
      ['a Map', { m: new Map() }],
      ['a Buffer', Buffer.from('x')],
      ['an object that contains itself', cyclic],
    ])('%s, with what else came along, and says which event', (_, data) =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const bad = anEvent(data)
        const error = await rejection(store.append(stream, [anEvent({}), bad], 'no-stream'))
        expect(error).toBeInstanceOf(EventRefused)
        expect(error.message).toContain(bad.id)
        expect(await readStream(store, stream)).toEqual([])
      }),
    )

    it('an event over the limit in bytes of UTF-8, and takes one of exactly that size', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const frame = anEvent({ text: '' })
        const frameBytes = Buffer.byteLength(JSON.stringify(frame.data) + JSON.stringify(frame.metadata))
        const room = maxEventBytes - frameBytes
        // Two bytes a letter, so that a count of letters would let twice as much pass.
        const text = 'é'.repeat(Math.floor(room / 2)) + 'e'.repeat(room % 2)
        expect(await rejection(store.append(stream, [anEvent({ text: `${text}e` })], 'no-stream'))).toBeInstanceOf(
          EventRefused,
        )
        await store.append(stream, [anEvent({ text })], 'no-stream')
        expect((await readStream(store, stream))[0]?.data).toEqual({ text })
      }))

    it('an append of nothing', () =>
      withStore(async (store) => {
        expect(await rejection(store.append(aStream('instance'), [], 'no-stream'))).toBeInstanceOf(EventRefused)
      }))

    it('nothing where only the optional traceparent is undefined', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        const event = anEvent({})
        await store.append(stream, [{ ...event, metadata: { ...event.metadata, traceparent: undefined } }], 'no-stream')
        expect((await readStream(store, stream)).map(asNew)).toEqual([event])
      }))
  })

  describe(`${name} reads a stream`, () => {
    it('of many pages completely, forwards and backwards', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        await appendMany(store, stream, 1_300)
        const revisions = Array.from({ length: 1_300 }, (_, index) => index)
        expect((await readStream(store, stream)).map((event) => event.revision)).toEqual(revisions)
        const backwards = await collect(store.readStream(stream, { direction: 'backwards' }))
        expect(backwards.map((event) => event.revision)).toEqual(revisions.toReversed())
      }))

    it('from a revision and up to a count', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        await appendMany(store, stream, 10)
        const read = async (options: Parameters<EventStore['readStream']>[1]) =>
          (await collect(store.readStream(stream, options))).map((event) => event.revision)
        expect(await read({ from: 7 })).toEqual([7, 8, 9])
        expect(await read({ from: 2, maxCount: 3 })).toEqual([2, 3, 4])
        expect(await read({ from: 3, direction: 'backwards' })).toEqual([3, 2, 1, 0])
        expect(await read({ direction: 'backwards', maxCount: 1 })).toEqual([9])
        expect(await read({ from: 10 })).toEqual([])
        expect(await read({ maxCount: 0 })).toEqual([])
      }))

    it('that does not exist as nothing', () =>
      withStore(async (store) => {
        expect(await collectPages(store.readStream(aStream('instance')))).toEqual([])
      }))

    it('and throws the reason when the signal aborts, as what was read so far is not all', () =>
      withStore(async (store) => {
        const stream = aStream('instance')
        await appendMany(store, stream, 3)
        const reason = new Error('no more time')
        const signal = AbortSignal.abort(reason)
        expect(await rejection(collect(store.readStream(stream, { signal })))).toBe(reason)
        expect(await rejection(collect(store.readAll({ after: beforeFirst, signal })))).toBe(reason)
      }))
  })

  describe(`${name} reads the whole log`, () => {
    it('in the order of positions, over many pages, from any position on', () =>
      withStore(async (store) => {
        const streams = [aStream('instance'), aStream('operation')]
        for (const stream of streams) await appendMany(store, stream, 700)
        const all = await readAll(store)
        expect(all).toHaveLength(1_400)
        expect(isGrowing(all.map((event) => event.position))).toBe(true)
        await expectHead(store, all.at(-1)?.position ?? Number.NaN)
        const after = all[899]?.position ?? Number.NaN
        expect((await readAll(store, { after })).map((event) => event.id)).toEqual(
          all.slice(900).map((event) => event.id),
        )
      }))

    it('of some categories only, in one order', () =>
      withStore(async (store) => {
        for (const category of ['instance', 'operation', 'host', 'instance', 'host', 'operation']) {
          await store.append(aStream(category), someEvents(2), 'no-stream')
        }
        const categories = async (...wanted: string[]) =>
          (await readAll(store, { categories: wanted })).map((event) => event.stream.split('-')[0])
        expect(await categories('host')).toEqual(['host', 'host', 'host', 'host'])
        expect(await categories('host', 'instance', 'host')).toEqual(
          ['instance', 'host', 'instance', 'host'].flatMap((category) => [category, category]),
        )
        expect(await categories('flavor')).toEqual([])
        expect(await categories()).toEqual([])
      }))

    it('without keys, unless they are asked for by name', () =>
      withStore(async (store) => {
        const key = aStream('key')
        await store.append(aStream('instance'), someEvents(1), 'no-stream')
        await store.append(key, someEvents(1), 'no-stream')
        expect((await readAll(store)).map((event) => event.stream)).not.toContain(key)
        expect((await readAll(store, { categories: ['key'] })).map((event) => event.stream)).toEqual([key])
        expect(await readStream(store, key)).toHaveLength(1)
      }))

    it('and ends where it ended when the read began, however much is written meanwhile', () =>
      withStore(async (store) => {
        await appendMany(store, aStream('instance'), 600)
        const late = aStream('operation')
        let seen = 0
        for await (const page of store.readAll({ after: origin, signal: new AbortController().signal })) {
          seen += page.filter(isOwn).length
          await appendMany(store, aStream('operation'), 600)
          await store.append(late, someEvents(1), 'no-stream').catch(() => undefined)
        }
        expect(seen).toBe(600)
      }))

    it('as nothing where nothing was written since', () =>
      withStore(async (store) => {
        expect(await readAll(store)).toEqual([])
        expect(await readAll(store, { after: await store.head() })).toEqual([])
        if (!isShared) expect(await store.head()).toBe(beforeFirst)
      }))
  })

  describe(`${name} lets subscribers follow`, () => {
    it('from the past into the present, with no gap and no repeat in one subscription', () =>
      withStore(async (store) => {
        const streams = Array.from({ length: 8 }, () => aStream('instance'))
        const write = (stream: StreamName) => appendMany(store, stream, 120, 4)
        await Promise.all(streams.slice(0, 4).map(write))
        const followed = follow(store, { until: (events) => events.length === 960 })
        await Promise.all(streams.slice(4).map(write))
        const events = (await followed).events
        expect(events.map((event) => event.id)).toEqual((await readAll(store)).map((event) => event.id))
      }))

    it('and says when they have caught up, again after every event', () =>
      withStore(async (store) => {
        const empty = await follow(store, { until: (_, batch) => batch.kind === 'caught-up' })
        expect(empty.events).toEqual([])
        expect(empty.batches.at(-1)?.position).toBeGreaterThanOrEqual(origin)

        const { position } = await store.append(aStream('instance'), someEvents(3), 'no-stream')
        const after = await follow(store, {
          until: (_, batch) => batch.kind === 'caught-up' && batch.position >= position,
        })
        expect(after.events).toHaveLength(3)
        for (const batch of after.batches) if (batch.kind === 'events') expect(batch.events).not.toEqual([])
      }))

    it('at positions they can resume after', () =>
      withStore(async (store) => {
        await appendMany(store, aStream('instance'), 900)
        const all = await readAll(store)
        const stopped = await follow(store, { until: () => true })
        const resumed = await follow(store, {
          after: stopped.batches.at(-1)?.position ?? Number.NaN,
          until: (events) => stopped.events.length + events.length === 900,
        })
        expect([...stopped.events, ...resumed.events].map((event) => event.id)).toEqual(all.map((event) => event.id))
      }))

    it('at every position they are told, while others write beside them', () =>
      withStore(async (store) => {
        const [wanted, beside] = [aStream('instance'), aStream('host')]
        const append = (stream: StreamName, revision: number) =>
          store.append(stream, someEvents(1), revision === 0 ? 'no-stream' : revision - 1)
        for (const stream of [beside, wanted]) await append(stream, 0)
        const handedAt = new Map<number, number>()
        const followed = follow(store, {
          categories: ['instance'],
          until: (events, { position }) => {
            handedAt.set(position, events.length)
            return events.length === 40
          },
        })
        for (let revision = 1; revision < 40; revision += 1) {
          for (const stream of [beside, wanted]) await append(stream, revision)
        }
        await followed
        const ids = (await readAll(store, { categories: ['instance'] })).map(({ id }) => id)
        for (const [position, handed] of handedAt) {
          const rest = await readAll(store, { after: position, categories: ['instance'] })
          expect(rest.map(({ id }) => id)).toEqual(ids.slice(handed))
        }
      }))

    it('some categories, and moves them on past what they leave out', () =>
      withStore(async (store) => {
        await store.append(aStream('host'), someEvents(1), 'no-stream')
        const { position } = await store.append(aStream('instance'), someEvents(5), 'no-stream')
        const hosts = await follow(store, { categories: ['host'], until: (_, batch) => batch.kind === 'caught-up' })
        expect(hosts.events).toHaveLength(1)
        expect(hosts.batches.at(-1)?.position).toBeGreaterThanOrEqual(position)

        const all = await follow(store, { until: (_, batch) => batch.kind === 'caught-up' })
        await store.append(aStream('key'), someEvents(1), 'no-stream')
        const head = await store.head()
        const further = await follow(store, {
          after: all.batches.at(-1)?.position ?? Number.NaN,
          until: (_, batch) => batch.position >= head,
        })
        expect(further.events).toEqual([])
      }))

    it('without holding up writers when one is slow', () =>
      withStore(async (store) => {
        const stop = new AbortController()
        const batches = store.subscribe({ after: origin, signal: stop.signal })[Symbol.asyncIterator]()
        await batches.next()
        await appendMany(store, aStream('instance'), 300, 1)
        const seen: StoredEvent[] = []
        while (seen.length < 300) {
          const { value } = await batches.next()
          if (value?.kind === 'events') seen.push(...value.events.filter(isOwn))
        }
        expect(seen.map((event) => event.revision)).toEqual(Array.from({ length: 300 }, (_, index) => index))
        stop.abort()
        await batches.return?.()
      }))

    it('until they abort, which ends the subscription without an error', () =>
      withStore(async (store) => {
        const stop = new AbortController()
        let seen = 0
        const followed = (async () => {
          for await (const batch of store.subscribe({ after: origin, signal: stop.signal })) {
            if (batch.kind === 'caught-up') seen += 1
            if (seen > 0) setImmediate(() => stop.abort())
          }
        })()
        await followed
        expect(seen).toBeGreaterThan(0)
        expect(await follow(store, { signal: stop.signal, until: () => true })).toEqual({ events: [], batches: [] })
      }))
  })

  describe(`${name} tells positions, which are places and not events:`, () => {
    it('a subscriber may stand beyond the last event, and others reach the last event and that place', () =>
      withFixture(async ({ store, writeBeside }) => {
        const { position } = await store.append(aStream('instance'), someEvents(2), 'no-stream')
        await writeBeside?.()
        const isThere = (at: number): boolean => (writeBeside ? at > position : at >= position)
        const first = await follow(store, {
          until: (_, batch) => batch.kind === 'caught-up' && isThere(batch.position),
        })
        const beyond = first.batches.at(-1)?.position ?? Number.NaN
        for (const aim of [await store.head(), beyond]) {
          const followed = await follow(store, { until: (_, batch) => batch.position >= aim })
          expect(followed.events).toHaveLength(2)
        }
        const later = await store.append(aStream('instance'), someEvents(1), 'no-stream')
        expect(later.position).toBeGreaterThan(beyond)
        expect((await readAll(store, { after: beyond })).map((event) => event.position)).toEqual([later.position])
      }))

    it('somebody who has reached the end is at or beyond the last event, whatever its category', () =>
      withStore(async (store) => {
        await store.append(aStream('instance'), someEvents(1), 'no-stream')
        const { position } = await store.append(aStream('key'), someEvents(1), 'no-stream')
        for (const categories of [undefined, ['instance'], ['host']]) {
          const followed = await follow(store, {
            ...(categories && { categories }),
            until: (_, batch) => batch.kind === 'caught-up' && batch.position >= position,
          })
          expect(followed.events.length).toBe(categories?.[0] === 'host' ? 0 : 1)
        }
      }))
  })

  describe(`${name} deletes a stream`, () => {
    it('with its events, leaves the others, and never goes back in position', () =>
      withStore(async (store) => {
        const [key, other] = [aStream('key'), aStream('key')]
        await store.append(other, someEvents(1), 'no-stream')
        await store.append(key, someEvents(3), 'no-stream')
        const head = await store.head()
        await store.deleteStream(key)
        expect(await readStream(store, key)).toEqual([])
        const left = (await readAll(store, { categories: ['key'] })).map((event) => event.stream)
        expect(erasesLater ? left.filter((stream) => stream !== key) : left).toEqual([other])
        const { position } = await store.append(aStream('instance'), someEvents(1), 'no-stream')
        expect(position).toBeGreaterThan(head)
      }))

    it('that is not there, and changes nothing', () =>
      withStore(async (store) => {
        await store.deleteStream(aStream('key'))
        const { position } = await store.append(aStream('key'), someEvents(1), 'no-stream')
        await store.deleteStream(aStream('key'))
        await expectHead(store, position)
      }))
  })

  describe(`${name}, when it is closed or cannot write,`, () => {
    it('refuses everything as unavailable, and drops its subscribers so', () =>
      withStore(async (store) => {
        const dropped = rejection(follow(store, { until: () => false }))
        await store.append(aStream('instance'), someEvents(1), 'no-stream')
        await store.close()
        await store.close()
        expect(await dropped).toBeInstanceOf(EventStoreUnavailable)
        for (const attempt of [
          () => store.append(aStream('instance'), someEvents(1), 'no-stream'),
          () => readStream(store, aStream('instance')),
          () => readAll(store),
          () => follow(store, { until: () => true }),
          () => store.head(),
          () => store.deleteStream(aStream('key')),
        ]) {
          expect(await rejection(attempt())).toBeInstanceOf(EventStoreUnavailable)
        }
      }))

    if (isRemote) return
    it('refuses writes of all who write then, keeps what it has, and works again afterwards', (context) =>
      withFixture(async ({ store, failWrites }) => {
        if (failWrites === undefined) return context.skip('needs a store whose writes can be made to fail')
        const stream = aStream('instance')
        const kept = someEvents(2)
        await store.append(stream, kept, 'no-stream')
        const restore = await failWrites()
        const big = () => [anEvent({ text: 'x'.repeat(200_000) })]
        const retried = big()
        const errors = await Promise.all([
          rejection(store.append(stream, retried, 1)),
          ...Array.from({ length: 10 }, () => rejection(store.append(aStream('instance'), big(), 'no-stream'))),
        ])
        for (const error of errors) expect(error).toBeInstanceOf(EventStoreUnavailable)
        expect((await readStream(store, stream)).map(asNew)).toEqual(kept)

        await restore()
        expect(await store.append(stream, retried, 1)).toMatchObject({ revision: 2 })
        expect((await readAll(store)).map(asNew)).toEqual([...kept, ...retried])
      }))
  })

  if (isRemote) {
    describe(`${name}, over a network that fails,`, { timeout: 60_000 }, () => {
      const withNetwork = (
        use: (store: EventStore, network: NonNullable<EventStoreFixture['network']>) => Promise<void>,
      ): Promise<void> =>
        withFixture(async ({ store, network }) => {
          if (network === undefined) throw new Error('a remote store needs a network to fail')
          await use(store, network)
        })

      it('drops its subscribers, who miss nothing and get nothing twice when they go on from where they were', () =>
        withNetwork(async (store, network) => {
          const streams = Array.from({ length: 4 }, () => aStream('instance'))
          const seen: StoredEvent[] = []
          let after = origin
          let drops = 0
          const followed = (async () => {
            while (seen.length < 400) {
              try {
                for await (const batch of store.subscribe({ after, signal: new AbortController().signal })) {
                  if (batch.kind === 'events') seen.push(...batch.events.filter(isOwn))
                  after = batch.position
                  if (seen.length >= 400) return
                }
              } catch (error) {
                expect(error).toBeInstanceOf(EventStoreUnavailable)
                drops += 1
              }
            }
          })()
          for (const stream of streams) {
            await appendMany(store, stream, 100, 20)
            await network.drop()
          }
          await followed
          expect(drops).toBeGreaterThan(0)
          expect(seen.map((event) => event.id)).toEqual((await readAll(store)).map((event) => event.id))
        }))

      it('refuses everything as unavailable in a bounded time while it is away, and works again afterwards', () =>
        withNetwork(async (store, network) => {
          const stream = aStream('instance')
          const [kept, retried] = [someEvents(2), someEvents(2)]
          await store.append(stream, kept, 'no-stream')
          const dropped = rejection(follow(store, { until: () => false }))
          const restore = await network.cut()
          for (const attempt of [
            () => store.append(stream, retried, 1),
            () => readStream(store, stream),
            () => readAll(store),
            () => follow(store, { until: () => true }),
            () => store.head(),
            () => store.deleteStream(aStream('key')),
          ]) {
            expect(await rejection(attempt())).toBeInstanceOf(EventStoreUnavailable)
          }
          expect(await dropped).toBeInstanceOf(EventStoreUnavailable)

          await restore()
          expect(await eventually(() => store.append(stream, retried, 1))).toMatchObject({ revision: 3 })
          expect((await readAll(store)).map(asNew)).toEqual([...kept, ...retried])
        }))

      it('has written an append once whose answer was lost, and answers it when it is repeated', () =>
        withNetwork(async (store, network) => {
          const stream = aStream('instance')
          const events = someEvents(3)
          const restore = await network.loseAnswers()
          const error = await rejection(store.append(stream, events, 'no-stream'))
          expect(error).toBeInstanceOf(EventStoreUnavailable)
          await restore()
          const answer = await eventually(() => store.append(stream, events, 'no-stream'))
          const stored = await readStream(store, stream)
          expect(stored.map(asNew)).toEqual(events)
          expect(answer).toEqual({ revision: 2, position: stored[2]?.position })
        }))

      it('refuses an event that is too large without sending it', () =>
        withNetwork(async (store, network) => {
          const restore = await network.cut()
          const large = anEvent({ text: 'x'.repeat(maxEventBytes) })
          const error = await rejection(store.append(aStream('instance'), [large], 'no-stream'))
          expect(error).toBeInstanceOf(EventRefused)
          expect(error.message).toContain(String(maxEventBytes))
          await restore()
        }))
    })
  }

  describe(`${name} serves two clients`, () => {
    it("which see each other's events live and conflict with each other", (context) =>
      withFixture(async ({ store, openSecond }) => {
        if (openSecond === undefined) return context.skip('needs a store that can be opened twice')
        const second = await openSecond()
        const followed = follow(store, { until: (events) => events.length === 200 })
        const streams = Array.from({ length: 20 }, () => aStream('instance'))
        await Promise.all(streams.map((stream, index) => appendMany(index % 2 === 0 ? store : second, stream, 10, 1)))
        expect(isGrowing((await followed).events.map((event) => event.position))).toBe(true)
        const contested = aStream('instance')
        const results = await Promise.allSettled(
          Array.from({ length: 10 }, (_, index) =>
            (index % 2 === 0 ? store : second).append(contested, someEvents(1), 'no-stream'),
          ),
        )
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
      }))
  })
}

const someEvents = (count: number): NewEvent[] => Array.from({ length: count }, (_, index) => anEvent({ index }))

const appendMany = async (store: EventStore, stream: StreamName, count: number, atOnce = 100): Promise<void> => {
  for (let written = 0; written < count; written += atOnce) {
    await store.append(stream, someEvents(Math.min(atOnce, count - written)), written === 0 ? 'no-stream' : written - 1)
  }
}

const asNew = ({ stream: _, revision: __, position: ___, ...event }: StoredEvent): NewEvent => event as NewEvent

const isGrowing = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? Number.NaN))

const collectPages = async <T>(pages: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const page of pages) all.push(page)
  return all
}
const collect = async <T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> => (await collectPages(pages)).flat()

const readStream = (store: EventStore, stream: StreamName) => collect(store.readStream(stream))

type Followed = { readonly events: StoredEvent[]; readonly batches: SubscriptionBatch[] }

type FollowOptions = {
  readonly origin: number
  readonly isOwn: (event: StoredEvent) => boolean
  readonly after?: number
  readonly categories?: readonly string[]
  readonly signal?: AbortSignal
  readonly until: (events: readonly StoredEvent[], batch: SubscriptionBatch) => boolean
}

/** Subscribes and collects until enough has come. */
const followStore = async (
  store: EventStore,
  { origin, isOwn, after = origin, until, signal = new AbortController().signal, ...options }: FollowOptions,
): Promise<Followed> => {
  const followed: Followed = { events: [], batches: [] }
  for await (const batch of store.subscribe({ after, signal, ...options })) {
    followed.batches.push(batch)
    if (batch.kind === 'events') followed.events.push(...batch.events.filter(isOwn))
    if (until(followed.events, batch)) break
  }
  return followed
}

/** Again until the store is reached: it may take a moment to come back. */
const eventually = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable) || tries === 20) throw error
    }
  }
}

const rejection = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('expected a rejection with an error')
}
