import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueAuthority, issueServer } from '../../../agent/tls/issue.ts'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { viewKeys } from '../../../projections/adapters/redis/keys.ts'
import { createRedisViewStore, type RedisViewStoreOptions } from '../../../projections/adapters/redis/view-store.ts'
import { compareDumps } from '../../../projections/compare-dumps.ts'
import {
  neverWritten,
  type ViewBatch,
  type ViewChange,
  type ViewStore,
  ViewStoreUnavailable,
} from '../../../projections/ports/view-store.ts'
import { collect } from '../../support/collect.ts'
import { freePort } from '../../support/free-ports.ts'
import { startNetworkLink } from '../../support/network-link.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { createKeptLog } from '../../support/redis/kept-log.ts'
import { type RedisServer, startRedisServer } from '../../support/redis/redis-server.ts'
import { waitFor } from '../../support/wait-for.ts'

const never = new AbortController().signal

describeOnRedis('the view store in Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedisServer({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  })
  afterAll(() => redis.stop())

  const linkToRedis = () => startNetworkLink({ host: '127.0.0.1', port: redis.port })

  const withStores = async (
    use: (open: (options?: Partial<RedisViewStoreOptions>) => ViewStore, prefix: string) => Promise<void>,
  ): Promise<void> => {
    const prefix = `test-${randomUUID()}`
    const stores: ViewStore[] = []
    const open = (options: Partial<RedisViewStoreOptions> = {}): ViewStore => {
      const limits = { blockMs: 300, callTimeoutMs: 5000, ...options.limits }
      const store = createRedisViewStore({ url: redis.url, prefix, log: createKeptLog(), ...options, limits })
      stores.push(store)
      return store
    }
    try {
      await use(open, prefix)
    } finally {
      for (const store of stores) await store.close()
    }
  }

  describe('whose connection breaks', () => {
    it('answers applied to a batch whose first answer was lost, and does not apply it twice', () =>
      withStores(async (open) => {
        const link = await linkToRedis()
        const store = open({ url: `redis://127.0.0.1:${link.port}` })
        const witness = open()
        const told = witness.changes('pets', never)
        await store.apply(aBatch(0, ['a']))
        const lost = link.loseNextAnswer()
        const outcome = store.apply(aBatch(1, ['b']))
        await lost
        expect(await outcome).toBe('applied')
        expect(await store.apply(aBatch(2, ['c']))).toBe('applied')
        expect((await take(told, 3)).map(({ key }) => key)).toEqual(['a', 'b', 'c'])
        await store.close()
        await link.close()
      }))

    it('loses no change when it is cut off from Redis for a while', () =>
      withStores(async (open) => {
        const link = await linkToRedis()
        const far = open({ url: `redis://127.0.0.1:${link.port}` })
        const near = open()
        await near.apply(aBatch(0, ['a']))
        const changes = far.changes('pets', never)[Symbol.asyncIterator]()
        const first = changes.next()
        await near.apply(aBatch(await settled(far), ['b']))
        expect((await first).value).toMatchObject({ key: 'b' })
        await link.refuse()
        for (const at of [2, 3, 4]) await near.apply(aBatch(at, [`k${at}`]))
        await link.restore()
        const seen = [await changes.next(), await changes.next(), await changes.next()]
        expect(seen.map(({ value }) => value?.key)).toEqual(['k2', 'k3', 'k4'])
        expect(await far.waitFor('pets', 4, never)).toBe(true)
        await far.close()
        await link.close()
      }))

    it('ends a reader whose changes were trimmed before it was back', () =>
      withStores(async (open, prefix) => {
        const link = await linkToRedis()
        const far = open({ url: `redis://127.0.0.1:${link.port}` })
        const near = open()
        await near.apply(aBatch(0, ['a']))
        const changes = far.changes('pets', never)[Symbol.asyncIterator]()
        const first = changes.next()
        await near.apply(aBatch(await settled(far), ['b']))
        await first
        await link.refuse()
        for (const at of [2, 3]) await near.apply(aBatch(at, [`k${at}`]))
        await redis.admin.xtrim(viewKeys(prefix, 'pets').changes, 'MAXLEN', 1)
        await link.restore()
        await expect(changes.next()).rejects.toBeInstanceOf(ViewStoreUnavailable)
        await far.close()
        await link.close()
      }))

    it('gets every batch in once while its connections are killed', () =>
      withStores(async (open) => {
        const [store, other] = [open(), createMemoryViewStore()]
        const waiting = store.waitFor('pets', 199, never)
        for (let at = 0; at < 200; at += 1) {
          const batch = aBatch(at, [`${at % 17}`, `${at % 23} more`])
          const outcome = store.apply(batch)
          if (at % 10 === 5) await redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
          expect(await outcome).toBe('applied')
          await other.apply(batch)
        }
        expect(await waiting).toBe(true)
        expect(await isEqual(store, other)).toBe(true)
      }))

    it('runs its scripts again after Redis has forgotten them', () =>
      withStores(async (open) => {
        const store = open()
        for (const at of [0, 1]) await store.apply(aBatch(at, ['a']))
        await redis.admin.script('FLUSH')
        expect(await store.apply(aBatch(2, ['b']))).toBe('applied')
        expect(await store.count('pets', 'all', 'all')).toBe(2)
      }))
  })

  describe('while Redis does not answer', () => {
    it('fails every call with ViewStoreUnavailable within its bound, and works again afterwards', () =>
      withStores(async (open) => {
        const log = createKeptLog()
        const store = open({ log, limits: { callTimeoutMs: 1000 } })
        await store.apply(aBatch(0, ['a']))
        for (const [away, back] of [
          [redis.freeze, redis.thaw],
          [redis.kill, redis.start],
        ] as const) {
          await away()
          const started = performance.now()
          const failures = await Promise.all(
            everyCall(store).map((call) =>
              call().then(
                () => 'answered',
                (error: unknown) => error,
              ),
            ),
          )
          expect(performance.now() - started).toBeLessThan(10_000)
          for (const failure of failures) expect(failure).toBeInstanceOf(ViewStoreUnavailable)
          await back()
          await waitFor('the store to answer', () => store.get('pets', 'a').catch(() => null))
        }
        // What a caller gave up Redis may have found when it went on.
        expect([0, 1]).toContain(await store.checkpoint('pets'))
        expect(log.lines.filter((line) => line.includes('cannot be reached')).length).toBeGreaterThan(0)
        expect(log.lines.length).toBeLessThan(20)
      }))

    it('stops waiting when the caller gives up', () =>
      withStores(async (open) => {
        const store = open()
        await store.apply(aBatch(0, ['a']))
        redis.freeze()
        try {
          const giveUp = new AbortController()
          const waiting = store.waitFor('pets', 5, giveUp.signal)
          const reading = collect(store.changes('pets', giveUp.signal))
          giveUp.abort()
          expect(await waiting).toBe(false)
          expect(await reading).toEqual([])
        } finally {
          redis.thaw()
        }
      }))
  })

  describe('that loses data', () => {
    it('is neverWritten after a flush, tells its readers, and serves no half-built view', () =>
      withStores(async (open) => {
        const [api, projector] = [open(), open()]
        for (const at of [0, 1, 2]) await projector.apply(aBatch(at, [`k${at}`]))
        expect(await api.get('pets', 'k0')).toEqual({ name: 'k0', at: 0 })
        expect(await api.count('pets', 'all', 'all')).toBe(3)
        const reading = collect(api.changes('pets', never))
        reading.catch(() => {})
        await settled(api)
        await redis.admin.flushall()
        expect(await projector.checkpoint('pets')).toBe(neverWritten)
        await expect(reading).rejects.toBeInstanceOf(ViewStoreUnavailable)
        await expect(api.get('pets', 'k0')).rejects.toBeInstanceOf(ViewStoreUnavailable)
        await projector.apply({ ...aBatch(0, ['k0']), completeAt: 2 })
        for (const reader of [api, open()]) {
          const list = reader.list('pets', { index: 'all', value: 'all', first: 9 })
          await expect(list).rejects.toThrow('is being built')
          await expect(reader.getMany('pets', ['k0', 'k1'])).rejects.toThrow('is being built')
        }
        const building = await projector.getMany('pets', ['k0', 'k1'], { forBuilding: true })
        expect(building).toEqual([{ name: 'k0', at: 0 }, null])
        for (const at of [1, 2]) await projector.apply(aBatch(at, [`k${at}`]))
        expect(await api.count('pets', 'all', 'all')).toBe(3)
      }))

    it.each(['meta', 'docs', 'places', 'order'] as const)(
      'does not take what is left without its %s for the view',
      (part) =>
        withStores(async (open, prefix) => {
          const store = open()
          for (const at of [0, 1]) await store.apply(aBatch(at, [`k${at}`]))
          await redis.admin.del(viewKeys(prefix, 'pets')[part])
          const late = open()
          expect(await late.checkpoint('pets')).toBe(neverWritten)
          for (const call of [
            () => late.get('pets', 'k0'),
            () => late.getMany('pets', ['k0']),
            () => late.count('pets', 'all', 'all'),
            () => late.dump('pets'),
          ]) {
            await expect(call()).rejects.toThrow('lost a part of its keys')
          }
          expect(await late.apply(aBatch(2, ['k2']))).toBe('stale')
          expect(await late.apply(aBatch(0, ['k0']))).toBe('applied')
          expect(await late.getMany('pets', ['k0', 'k1'])).toEqual([{ name: 'k0', at: 0 }, null])
        }),
    )

    it('serves no half-built view either to who has followed it when a part was lost', () =>
      withStores(async (open, prefix) => {
        const [api, projector] = [open(), open()]
        for (const at of [0, 1, 2]) await projector.apply(aBatch(at, [`k${at}`]))
        expect(await api.count('pets', 'all', 'all')).toBe(3)
        const reading = collect(api.changes('pets', never))
        reading.catch(() => {})
        await settled(api)
        await redis.admin.del(viewKeys(prefix, 'pets').docs)
        expect(await projector.apply({ ...aBatch(0, ['k0']), completeAt: 2 })).toBe('applied')
        await expect(reading).rejects.toBeInstanceOf(ViewStoreUnavailable)
        await expect(api.get('pets', 'k1')).rejects.toThrow('is being built')
        await expect(api.getMany('pets', ['k1'])).rejects.toThrow('is being built')
        for (const at of [1, 2]) await projector.apply(aBatch(at, [`k${at}`]))
        expect(await api.get('pets', 'k1')).toEqual({ name: 'k1', at: 1 })
      }))

    it('goes on telling changes after its stream alone was lost, once its readers have been ended', () =>
      withStores(async (open, prefix) => {
        const store = open()
        await store.apply(aBatch(0, ['a']))
        const reading = collect(store.changes('pets', never))
        reading.catch(() => {})
        await settled(store)
        await redis.admin.del(viewKeys(prefix, 'pets').feed, viewKeys(prefix, 'pets').changes)
        await store.apply(aBatch(1, ['b']))
        await expect(reading).rejects.toBeInstanceOf(ViewStoreUnavailable)
        const changes = store.changes('pets', never)
        await store.apply(aBatch(2, ['c']))
        expect((await take(changes, 1)).map(({ key }) => key)).toEqual(['c'])
      }))
  })

  it('takes nothing of a batch that Redis has no memory for, and all of it once it has', () =>
    withStores(async (open) => {
      const store = open({ limits: { maxWritesPerMessage: 50 } })
      await store.apply(aBatch(0, ['a']))
      const keys = Array.from({ length: 120 }, (_, at) => `k${at}`)
      const batches = [aBatch(1, ['b']), aBatch(1, keys)]
      await redis.admin.config('SET', 'maxmemory', '1')
      try {
        for (const batch of batches) await expect(store.apply(batch)).rejects.toBeInstanceOf(ViewStoreUnavailable)
        expect(await store.checkpoint('pets')).toBe(0)
        expect(await store.count('pets', 'all', 'all')).toBe(1)
        expect(await store.getMany('pets', ['a', 'b', 'k0'])).toEqual([{ name: 'a', at: 0 }, null, null])
      } finally {
        await redis.admin.config('SET', 'maxmemory', '0')
      }
      expect(await store.apply(aBatch(1, keys))).toBe('applied')
      expect(await store.count('pets', 'all', 'all')).toBe(121)
    }))

  it('takes a batch larger than a message in pieces, as one', () =>
    withStores(async (open, prefix) => {
      const [store, other] = [open({ limits: { maxWritesPerMessage: 50 } }), createMemoryViewStore()]
      const first = aBatch(
        0,
        Array.from({ length: 1234 }, (_, at) => `${at}`),
      )
      const second = { ...aBatch(1, ['5', '7 again']), writes: [...aBatch(1, ['5']).writes, aDelete('6')] }
      for (const batch of [first, second]) {
        expect(await store.apply(batch)).toBe('applied')
        await other.apply(batch)
      }
      expect(await store.apply(first)).toBe('stale')
      expect(await isEqual(store, other)).toBe(true)
      const { hold: _, ...kept } = viewKeys(prefix, 'pets')
      expect(await keysOf(redis, prefix)).toEqual(Object.values(kept).sort())
    }))

  it('shows readers the old view or the new one while one takes the place of the other', () =>
    withStores(async (open) => {
      const [store, reader] = [open(), open()]
      const keys = Array.from({ length: 40 }, (_, at) => `${at}`)
      await store.apply(aBatch(0, keys))
      let done = false
      const sizes = new Set<string>()
      const reading = (async () => {
        while (!done) {
          const list = await reader.list<{ at: number }>('pets', { index: 'all', value: 'all', first: 100 })
          sizes.add(`${list.length} of ${[...new Set(list.map(({ document }) => document.at))]}`)
        }
      })()
      const wanted = ['40 of 0']
      await waitFor('a reader to see the old view', () => sizes.has('40 of 0'))
      for (const at of [1, 2, 3]) {
        await store.apply({ ...aBatch(at, keys), view: 'pets.rebuild', expected: neverWritten })
        await store.swap('pets', 'pets.rebuild')
        wanted.push(`40 of ${at}`)
        await waitFor('a reader to see the new view', () => sizes.has(`40 of ${at}`))
      }
      done = true
      await reading
      expect([...sizes].sort()).toEqual(wanted)
    }))

  it('leaves no key of a dropped view but those that go by themselves', () =>
    withStores(async (open, prefix) => {
      const store = open()
      await store.apply(aBatch(0, ['a']))
      await collect((await store.dump('pets')).documents)
      await store.drop('pets')
      const left = await keysOf(redis, prefix)
      expect(left).toEqual([viewKeys(prefix, 'pets').changes, viewKeys(prefix, 'pets').feed])
      for (const key of left) expect(await redis.admin.pttl(key)).toBeGreaterThan(0)
    }))

  it('tells the changes and the checkpoint of a batch to other processes', () =>
    withStores(async (open) => {
      const [one, other] = [open(), open()]
      const changes = other.changes('pets', never)
      const waiting = other.waitFor('pets', 1, never)
      await settled(other)
      await one.apply(aBatch(0, ['a']))
      await one.apply({ ...aBatch(1, []) })
      expect(await waiting).toBe(true)
      expect(await take(changes, 1)).toEqual([{ key: 'a', document: { name: 'a', at: 0 }, position: 0 }])
    }))

  it('keeps positions beyond 32 bits exact', () =>
    withStores(async (open) => {
      const store = open()
      const far = 9_007_199_254_740_990
      expect(await store.apply({ ...aBatch(0, ['a']), checkpoint: far })).toBe('applied')
      expect(await store.apply({ ...aBatch(0, ['b']), expected: far, checkpoint: far + 1 })).toBe('applied')
      expect(await store.checkpoint('pets')).toBe(far + 1)
    }))

  it('refuses a swap that could not be one step in a cluster, and a prefix that would scatter a view', () =>
    withStores(async (open) => {
      await expect(open().swap('pets', 'plants')).rejects.toThrow('only pets.<anything>')
      expect(() => open({ prefix: '{x}' })).toThrow('without braces')
    }))

  it('puts no password into errors and logs', async () => {
    const secured = await startRedisServer({ password: 'right-secret' })
    const log = createKeptLog()
    const open = (password: string) =>
      createRedisViewStore({
        url: `redis://:${password}@127.0.0.1:${secured.port}`,
        log,
        limits: { callTimeoutMs: 2000 },
      })
    const [wrong, right] = [open('wrong-secret'), open('right-secret')]
    try {
      const error = await wrong.apply(aBatch(0, ['private'])).catch((failure: unknown) => failure)
      expect(error).toBeInstanceOf(ViewStoreUnavailable)
      expect(await right.apply(aBatch(0, ['a']))).toBe('applied')
      log.warn({ err: error }, 'what a projector logs')
      expect(log.lines.length).toBeGreaterThan(1)
      expect(log.lines.join('\n')).not.toMatch(/wrong-secret|right-secret|private/)
    } finally {
      await wrong.close()
      await right.close()
      await secured.stop()
    }
  })
})

describeOnRedis('the view store in Redis over TLS', () => {
  it('talks to the server that the certificate is of, and to no other', async () => {
    const authority = await issueAuthority('test', new Date())
    const stranger = await issueAuthority('stranger', new Date())
    const tlsPort = await freePort()
    const { certificate, key } = await issueServer(authority, ['127.0.0.1'], new Date())
    const redis = await startRedisServer({
      beforeStart: (dir) => {
        const files = { 'server.crt': certificate, 'server.key': key, 'ca.crt': authority.certificate }
        for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
        return []
      },
      args: [
        ...['--tls-port', `${tlsPort}`, '--tls-auth-clients', 'no', '--tls-ca-cert-file', 'ca.crt'],
        ...['--tls-cert-file', 'server.crt', '--tls-key-file', 'server.key'],
      ],
    })
    const open = (ca: string) => {
      const limits = { callTimeoutMs: 2000 }
      return createRedisViewStore({ url: `rediss://127.0.0.1:${tlsPort}`, tls: { ca }, log: createKeptLog(), limits })
    }
    const [trusting, wary] = [open(authority.certificate), open(stranger.certificate)]
    try {
      expect(await trusting.apply(aBatch(0, ['a']))).toBe('applied')
      await expect(wary.get('pets', 'a')).rejects.toBeInstanceOf(ViewStoreUnavailable)
    } finally {
      await trusting.close()
      await wary.close()
      await redis.stop()
    }
  })
})

/** Puts documents at the position after the one before. */
const aBatch = (at: number, keys: readonly string[]): ViewBatch => ({
  view: 'pets',
  expected: at - 1,
  checkpoint: at,
  mark: noMark,
  writes: keys.map((key) => ({
    kind: 'put',
    key,
    document: { name: key, at },
    entries: [
      { index: 'all', value: 'all', sortKey: key },
      { index: 'parity', value: `${at % 2}`, sortKey: `${at} ${key}` },
    ],
  })),
})

const aDelete = (key: string) => ({ kind: 'delete', key }) as const

const everyCall = (store: ViewStore) => [
  () => store.apply(aBatch(1, ['b'])),
  () => store.checkpoint('pets'),
  () => store.get('pets', 'a'),
  () => store.getMany('pets', ['a']),
  () => store.list('pets', { index: 'all', value: 'all', first: 1 }),
  () => store.count('pets', 'all', 'all'),
  () => store.waitFor('pets', 9, never),
  () => collect(store.changes('pets', never)),
  () => store.dump('pets'),
  () => store.drop('other'),
  () => store.swap('other', 'other.new'),
  () => store.hold('other', 1),
]

const isEqual = async (one: ViewStore, other: ViewStore): Promise<boolean> => {
  const [left, right] = [await one.dump('pets'), await other.dump('pets')]
  const { equal, documents } = await compareDumps(quietKernel.timers, left.documents, right.documents)
  expect(documents).toBeGreaterThan(0)
  return equal && left.position === right.position
}

/** The next position of `pets`, once the store has answered: what it was asked for before has begun by then. */
const settled = async (store: ViewStore): Promise<number> => (await store.checkpoint('pets')) + 1

const take = async (changes: AsyncIterable<ViewChange>, count: number): Promise<readonly ViewChange[]> => {
  const seen: ViewChange[] = []
  for await (const change of changes) {
    seen.push(change)
    if (seen.length === count) break
  }
  return seen
}

const keysOf = async ({ admin }: RedisServer, prefix: string): Promise<readonly string[]> =>
  (await admin.keys(`{${prefix}:*`)).sort()
