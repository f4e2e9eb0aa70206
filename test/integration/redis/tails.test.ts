import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { createRedisViewStore } from '../../../projections/adapters/redis/view-store.ts'
import { neverWritten } from '../../../projections/ports/view-store.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { createKeptLog } from '../../support/redis/kept-log.ts'
import { type RedisServer, startRedisServer } from '../../support/redis/redis-server.ts'
import { waitFor } from '../../support/wait-for.ts'

const never = new AbortController().signal

describeOnRedis('a view that nobody waits for any more', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedisServer()
  })
  afterAll(() => redis.stop())

  it('costs no connection and no reads after a while, and is followed again by who comes back', async () => {
    const limits = { blockMs: 50, unusedTailMs: 200 }
    const store = createRedisViewStore({ url: redis.url, prefix: 'tails', log: createKeptLog(), limits })
    const admin = new Redis(redis.url)
    const connections = async () => String(await admin.client('LIST')).match(/ name=coffer /g)?.length ?? 0
    const write = (expected: number, checkpoint: number) =>
      store.apply({ view: 'pets', expected, checkpoint, mark: noMark, completeAt: 0, writes: [] })
    try {
      await write(neverWritten, 0)
      expect(await connections()).toBe(1)
      const reached = store.waitFor('pets', 1, never)
      await waitFor('it to be followed', async () => (await connections()) === 2)
      // One that waits for long is no reason to stop.
      await new Promise((resolve) => setTimeout(resolve, 2 * limits.unusedTailMs))
      expect(await connections()).toBe(2)
      await write(0, 1)
      expect(await reached).toBe(true)
      await waitFor('it to be left', async () => (await connections()) === 1)

      const leaving = new AbortController()
      const changes = store.changes('pets', leaving.signal)[Symbol.asyncIterator]()
      const ended = changes.next()
      const again = store.waitFor('pets', 2, never)
      await write(1, 2)
      expect(await again).toBe(true)
      await new Promise((resolve) => setTimeout(resolve, 2 * limits.unusedTailMs))
      expect(await connections()).toBe(2)
      leaving.abort()
      expect(await ended).toMatchObject({ done: true })
      await waitFor('it to be left again', async () => (await connections()) === 1)
    } finally {
      admin.disconnect()
      await store.close()
    }
  })
})
