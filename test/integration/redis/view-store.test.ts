import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, it } from 'vitest'
import { createRedisViewStore } from '../../../projections/adapters/redis/view-store.ts'
import { viewStoreContract } from '../../contracts/view-store.contract.ts'
import { startRedisContainer } from '../../support/containers/redis.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { createKeptLog } from '../../support/redis/kept-log.ts'
import { startRedisCluster } from '../../support/redis/redis-cluster.ts'
import { startRedisServer } from '../../support/redis/redis-server.ts'

/** A Redis that somebody else runs: it is used as it is, under keys of our own. */
const given = process.env.COFFER_TEST_REDIS_URL

type Running = { readonly url: string; readonly stop: () => Promise<void> }

const contractOn = (name: string, start: () => Promise<Running>): void => {
  let redis: Running
  beforeAll(async () => {
    redis = await start()
  })
  afterAll(() => redis.stop())

  viewStoreContract(name, async () => {
    const maxUnreadChanges = 500
    const store = createRedisViewStore({
      url: redis.url,
      prefix: `test-${randomUUID()}`,
      log: createKeptLog(),
      limits: { maxUnreadChanges, blockMs: 500 },
    })
    return { store, maxUnreadChanges, dispose: () => store.close() }
  })
}

if (given) contractOn('the view store in the given Redis', async () => ({ url: given, stop: async () => {} }))
else {
  const container = await startRedisContainer()
  if ('missing' in container) {
    it('the view store does what it promises in a Redis container', (context) =>
      context.skip(`needs a container: ${container.missing}`))
  } else {
    const { host, port, stop } = container
    contractOn('the view store in a Redis container', async () => ({ url: `redis://${host}:${port}`, stop }))
  }
  describeOnRedis('one server', () => contractOn('the view store in Redis', () => startRedisServer()))
  describeOnRedis('a cluster', () => contractOn('the view store in a Redis cluster', () => startRedisCluster()))
}
