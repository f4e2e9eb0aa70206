import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Readiness } from '../../../ops/readiness.ts'
import { type EventStoreStandIn, startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { noRedisServer, type RedisServer, startRedisServer } from '../../support/redis/redis-server.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createServerSite } from '../../support/server-site.ts'
import { waitFor } from '../../support/wait-for.ts'

const missing = noRedisServer()
const roles = ['api', 'projector'] as const

const defineTests = (): void => {
  const site = createServerSite('readiness')
  let redis: RedisServer
  let eventStore: EventStoreStandIn
  const servers = new Map<string, ServerProcess>()

  beforeAll(async () => {
    redis = await startRedisServer()
    eventStore = await startEventStoreStandIn()
    const env = {
      COFFER_EVENTSTORE_URL: eventStore.url,
      COFFER_REDIS_URL: redis.url,
      // Neither role needs it for its reads.
      COFFER_KAFKA_BROKERS: '127.0.0.1:1',
      COFFER_MASTER_KEY: randomBytes(32).toString('base64url'),
      COFFER_ADMIN_TOKEN: randomBytes(32).toString('base64url'),
    }
    // Views are written first: there is something to lose.
    for (const role of ['projector', 'api']) servers.set(role, await site.start({ args: ['--role', role], env }))
  })
  afterAll(async () => {
    await redis?.stop()
    eventStore?.close()
  })

  const readinessOf = async (role: string): Promise<Readiness> => {
    const response = await fetch(`${servers.get(role)?.url}/readyz`)
    const readiness = (await response.json()) as Readiness
    expect(response.status).toBe(readiness.ready ? 200 : 503)
    return readiness
  }
  const untilReady = (role: string) => waitFor(`${role} to be ready`, async () => (await readinessOf(role)).ready)
  const failing = async (role: string) => {
    const { checks } = await readinessOf(role)
    return checks.filter(({ ok }) => !ok).map(({ name }) => name)
  }
  const rule = (...rules: readonly string[]) => redis.admin.call('ACL', 'SETUSER', 'default', ...rules)

  const troubles = {
    'Redis is frozen': ['view store', async () => redis.freeze(), async () => redis.thaw()],
    'Redis refuses to read keys': ['view store', () => rule('-@read'), () => rule('+@all')],
    'Redis refuses the keys': ['view store', () => rule('resetkeys'), () => rule('~*')],
    'Redis refuses to read lists': ['view store', () => rule('-zrangebylex'), () => rule('+@all')],
    'Redis is gone': ['view store', () => redis.kill(), () => redis.start()],
    'the event store is frozen': [
      'event store',
      async () => {
        eventStore.faults.delayMs = 600_000
      },
      async () => {
        eventStore.faults.delayMs = 0
      },
    ],
    'the event store is gone': ['event store', async () => eventStore.goAway(), () => eventStore.comeBack()],
  } as const

  it.each(Object.entries(troubles))('are told as failed by api and projector while %s', async (_, trouble) => {
    const [check, begin, end] = trouble
    for (const role of roles) await untilReady(role)
    await begin()
    try {
      for (const role of roles) {
        await waitFor(`${role} to miss the ${check}`, async () => (await failing(role)).includes(check))
      }
    } finally {
      await end()
    }
    for (const role of roles) await untilReady(role)
  })
}

describe('reads that all fail', () => {
  if (missing) it('are told', (context) => context.skip(missing))
  else defineTests()
})
