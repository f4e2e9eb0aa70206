import { randomUUID } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { viewKeys } from '../../../projections/adapters/redis/keys.ts'
import { createRedisViewStore } from '../../../projections/adapters/redis/view-store.ts'
import { type ViewStore, ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { createKeptLog } from '../../support/redis/kept-log.ts'
import { type RedisCluster, startRedisCluster } from '../../support/redis/redis-cluster.ts'
import { startWatchedRedis } from '../../support/redis/redis-sentinel.ts'
import type { RedisServer } from '../../support/redis/redis-server.ts'
import { waitFor } from '../../support/wait-for.ts'

const never = new AbortController().signal

describeOnRedis('the view store in Redis', () => {
  const cleanups: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  const open = (url: string, prefix = `test-${randomUUID()}`): ViewStore => {
    const limits = { callTimeoutMs: 1000, blockMs: 300 }
    const store = createRedisViewStore({ url, prefix, log: createKeptLog(), limits })
    cleanups.push(store.close)
    return store
  }

  it('goes on with the new master when the old one is gone', async () => {
    const redis = await startWatchedRedis('a-password')
    cleanups.push(redis.stop)
    const store = open(redis.url)
    expect(await put(store, 'pets', 0)).toBe('applied')
    expect(await store.waitFor('pets', 0, never)).toBe(true)
    const reached = store.waitFor('pets', 1, never)
    // Answered after what the waiter asks first: a call on its way when the master dies may fail, and is not what this is about.
    expect(await store.get('pets', '0')).toEqual({ at: 0 })
    await waitFor('the replica to have what was written', async () => (await redis.replica.admin.dbsize()) > 0)
    await redis.master.kill()
    const outcome = await waitFor('the new master to take a batch', () => put(store, 'pets', 1).catch(() => null))
    // A try that was given up may have been the one that came through.
    expect(['applied', 'stale']).toContain(outcome)
    expect(await reached).toBe(true)
    expect(await store.getMany('pets', ['0', '1'])).toEqual([{ at: 0 }, { at: 1 }])
  })

  it('follows a view that moves to another node of the cluster while it is written and read', async () => {
    const cluster = await startRedisCluster()
    cleanups.push(cluster.stop)
    const prefix = `test-${randomUUID()}`
    const [store, reader] = [open(cluster.url, prefix), open(cluster.url, prefix)]
    const slot = await moveSlotOf(cluster, viewKeys(prefix, 'pets').meta)
    expect(await put(store, 'pets', 0)).toBe('applied')
    const told: number[] = []
    const stop = new AbortController()
    const following = (async () => {
      while (!stop.signal.aborted) {
        try {
          for await (const { position } of reader.changes('pets', stop.signal)) told.push(position)
        } catch (error) {
          if (!(error instanceof ViewStoreUnavailable)) throw error
        }
      }
    })()
    await waitFor('the reader to be told', async () => {
      await put(store, 'pets', (await store.checkpoint('pets')) + 1)
      return told.length > 0
    })
    await slot.begin()
    // Until the slot has moved the store may say that it cannot: its keys are on two nodes, and some on none.
    const during = await put(store, 'pets', (told.at(-1) ?? 0) + 1).catch((error: unknown) => error)
    if (during instanceof Error) expect(during).toBeInstanceOf(ViewStoreUnavailable)
    await slot.finish()
    const next = await waitFor('the store to take a batch', async () => {
      const at = (await store.checkpoint('pets').catch(() => Number.NaN)) + 1
      return (await put(store, 'pets', at).catch(() => null)) === 'applied' ? at : null
    })
    await waitFor('the reader to be told by the other node', () => told.includes(next))
    expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b))
    expect(await reader.get('pets', `${next}`)).toEqual({ at: next })
    stop.abort()
    await following
  })

  it('fails within its bound for views on a node of the cluster that is away, and serves the others', async () => {
    const cluster = await startRedisCluster()
    cleanups.push(cluster.stop)
    const store = open(cluster.url)
    const views = Array.from({ length: 12 }, (_, at) => `view${at}`)
    for (const view of views) expect(await put(store, view, 0)).toBe('applied')
    const sizes = await Promise.all(cluster.nodes.map(({ admin }) => admin.dbsize()))
    expect(Math.min(...sizes)).toBeGreaterThan(0)

    const [away, ...others] = cluster.nodes
    await Promise.all(others.map(({ admin }) => admin.config('SET', 'cluster-require-full-coverage', 'no')))
    await away?.kill()
    const started = performance.now()
    const answers = await Promise.all(views.map((view) => store.get(view, '0').catch((error: unknown) => error)))
    expect(performance.now() - started).toBeLessThan(10_000)
    const failures = answers.filter((answer) => answer instanceof Error)
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toBeInstanceOf(ViewStoreUnavailable)
    await waitFor('the other nodes to serve what they have', async () => {
      const later = await Promise.all(views.map((view) => store.get(view, '0').catch(() => null)))
      return later.filter((answer) => answer !== null).length === views.length - failures.length
    })
  })
})

/** Moves the slot of a key, with all that is in it, from the node that has it to another one, in the steps in which `redis-cli` does. */
const moveSlotOf = async ({ nodes }: RedisCluster, key: string) => {
  const [first] = nodes as readonly [RedisServer, ...RedisServer[]]
  const slot = Number(await first.admin.call('CLUSTER', 'KEYSLOT', key))
  const size = Math.ceil(16_384 / nodes.length)
  const from = nodes[Math.floor(slot / size)] as RedisServer
  const to = nodes.find((node) => node !== from) as RedisServer
  const [fromId, toId] = await Promise.all([from, to].map(({ admin }) => admin.call('CLUSTER', 'MYID')))
  return {
    begin: async () => {
      await to.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', `${fromId}`)
      await from.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', `${toId}`)
    },
    finish: async () => {
      const keys = (await from.admin.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[]
      for (const one of keys) await from.admin.call('MIGRATE', '127.0.0.1', to.port, one, 0, 5_000)
      for (const { admin } of [to, from, ...nodes]) await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', `${toId}`)
    },
  }
}

const put = (store: ViewStore, view: string, at: number) =>
  store.apply({
    view,
    expected: at - 1,
    checkpoint: at,
    mark: noMark,
    writes: [{ kind: 'put', key: `${at}`, document: { at }, entries: [] }],
  })
