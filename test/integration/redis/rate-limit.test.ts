import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createRedisLimiter } from '../../../graphql/pipeline/redis-limiter.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { createRedisClient } from '../../../projections/adapters/redis/connect.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { everyRedis, type RunningRedis } from '../../support/redis/every-redis.ts'
import { createKeptLog } from '../../support/redis/kept-log.ts'
import { waitFor } from '../../support/wait-for.ts'
import { bank, createApiUnderTest, shop } from '../../unit/graphql/api-under-test.ts'

const query = '{ viewer { subject } }'

for (const [name, start] of everyRedis)
  describeOnRedis(`the rate limit in ${name}`, () => {
    let redis: RunningRedis
    const cleanups: (() => unknown)[] = []
    beforeAll(async () => {
      redis = await start()
    })
    afterEach(() => {
      for (const cleanup of cleanups.splice(0)) cleanup()
    })
    afterAll(() => redis.stop())

    /** One of the processes that offer the API. */
    const startApi = async (prefix: string) => {
      const client = createRedisClient({ url: redis.url, log: createKeptLog(), silenceMs: 500 })
      cleanups.push(() => client.disconnect())
      const createLimiter = createRedisLimiter({ client, prefix, kernel: { clock: systemClock, timers: systemTimers } })
      const api = createApiUnderTest({ limits: { requestsPerMinute: 2 }, createLimiter })
      await waitFor('the limiter to have its connection', () => client.status === 'ready')
      const askAs = async (project: typeof shop) => {
        const { token } = await api.putToken(project, 'member')
        return api.ask(query, { token })
      }
      return { askAs, client }
    }

    it('is one for all processes of the API, and apart for each project', async () => {
      const prefix = `test-${randomUUID()}`
      const [one, other] = [await startApi(prefix), await startApi(prefix)]
      expect((await one.askAs(shop)).status).toBe(200)
      expect((await other.askAs(shop)).status).toBe(200)
      for (const { askAs } of [one, other]) {
        const refused = await askAs(shop)
        expect(refused.status).toBe(429)
        const seconds = Number(refused.headers.get('retry-after'))
        expect(seconds).toBeGreaterThan(0)
        expect(seconds).toBeLessThanOrEqual(60)
      }
      expect((await one.askAs(bank)).status).toBe(200)
    })

    it('is kept by each process for itself while Redis is away', async () => {
      const { askAs } = await startApi(`test-${randomUUID()}`)
      await Promise.all(redis.nodes.map((node) => node.kill()))
      try {
        const statuses = []
        for (let count = 0; count < 3; count += 1) statuses.push((await askAs(shop)).status)
        expect(statuses).toEqual([200, 200, 429])
      } finally {
        await Promise.all(redis.nodes.map((node) => node.start()))
      }
    })
  })
