import { expect, it, onTestFinished } from 'vitest'
import { createRedisClient } from '../../../projections/adapters/redis/connect.ts'
import { watchEviction } from '../../../projections/adapters/redis/eviction.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { everyRedis } from '../../support/redis/every-redis.ts'
import { createKeptLog } from '../../support/redis/kept-log.ts'
import { waitFor } from '../../support/wait-for.ts'

for (const [name, start] of everyRedis)
  describeOnRedis(`the memory policy of ${name}`, () => {
    it('is said while it lets keys go, and when it keeps them again', async () => {
      const redis = await start()
      onTestFinished(redis.stop)
      const setPolicy = (policy: string) =>
        Promise.all(redis.nodes.map(({ admin }) => admin.config('SET', 'maxmemory-policy', policy)))
      await setPolicy('allkeys-lru')
      const log = createKeptLog()
      const client = createRedisClient({ url: redis.url, log, silenceMs: 5000 })
      const watch = watchEviction(client, log, 20)
      onTestFinished(async () => {
        await watch.stop()
        client.disconnect()
      })
      expect(await waitFor('the warning', watch.warning)).toContain('(maxmemory-policy allkeys-lru)')
      expect(log.lines.join('\n')).toContain('set maxmemory-policy to noeviction')
      await setPolicy('noeviction')
      await waitFor('the end of the warning', () => watch.warning() === null)
      expect(log.lines.join('\n')).toContain('Redis keeps its keys')
    })
  })
