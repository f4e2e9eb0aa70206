import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEmbeddedMessageBus } from '../../../commands/adapters/embedded/message-bus.ts'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { compose, type Server } from '../../../ops/compose.ts'
import { loadConfig } from '../../../ops/config.ts'
import { type EventStoreStandIn, startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { describeOnRedis } from '../../support/redis/describe-on-redis.ts'
import { harms } from '../../support/redis/harms.ts'
import { type RedisServer, startRedisServer } from '../../support/redis/redis-server.ts'
import { hostDescription, startScriptedAgent } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createRecordingLog, testMasterKey } from '../../support/write-side.ts'

const token = 't'.repeat(40)
const healsWithinMs = 10_000
/** What an answer is read from. A command that finds a view damaged waits for it for some seconds, so the parts and harms are spread over the views. */
const views = ['instances', 'operations', 'quotas'] as const
const harmedParts = ['docs', 'meta', 'order', 'places'] as const
const anyHarm = ['is a text', ...Object.keys(harms)]
const dir = createTempDir('foreign-values')

const create = `mutation ($input: CreateInstanceInput!) { result: createInstance(input: $input) { __typename
  ... on CreateInstanceAccepted { upToDate instance { id status } operation { id } }
  ... on Refusal { code message } } }`
type Answer = {
  readonly errors?: readonly { readonly message: string }[]
  readonly data: { readonly result: { readonly __typename: string; readonly upToDate: boolean } } | null
}

describeOnRedis('a server in whose Redis another program has written under the keys of a view', () => {
  let redis: RedisServer
  let eventStore: EventStoreStandIn
  let database: EmbeddedDatabase
  let server: Server
  let url: string
  let stopAgent: () => Promise<void>
  let sent = 0

  beforeAll(async () => {
    redis = await startRedisServer()
    eventStore = await startEventStoreStandIn()
    const dataDir = dir.next()
    mkdirSync(dataDir, { recursive: true })
    database = openEmbeddedDatabase({ dataDir })
    const bus = createEmbeddedMessageBus({ database })
    const { config } = loadConfig({
      COFFER_DATA_DIR: dir.next(),
      COFFER_PORT: '0',
      COFFER_ROLES: 'api,saga,projector',
      COFFER_HOST_LOST_AFTER: '3600',
      COFFER_EVENTSTORE_URL: eventStore.url,
      COFFER_KAFKA_BROKERS: '127.0.0.1:1',
      COFFER_REDIS_URL: redis.url,
      COFFER_MASTER_KEY: Buffer.from(testMasterKey).toString('base64url'),
      COFFER_ADMIN_TOKEN: token,
    })
    server = compose(config, createRecordingLog().log, { bus: () => bus })
    url = (await server.start(new AbortController().signal)).url
    const capacity = { vcpus: 10_000, memoryMiB: 40_000_000, volumeGiB: 1_000_000 }
    const agent = await startScriptedAgent(bus, hostDescription({ capacity }), () => 'succeed')
    stopAgent = async () => {
      await agent.stop()
      await server.stop()
      await bus.close()
    }
    const directory = server.parts.central?.controlPlane.directory
    await waitFor('the offer', () => (directory?.datastore('postgresql').offered.length ?? 0) > 0)
  }, 120_000)
  afterAll(async () => {
    await stopAgent()
    await database.close()
    eventStore.close()
    await redis.stop()
  }, 120_000)

  const ask = async (query: string, input: object): Promise<Answer> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const body = JSON.stringify({ query, variables: { input } })
    return (await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json()) as Answer
  }
  /** In a project of its own. Whether the answer said that it shows what was written. */
  const write = async (): Promise<boolean> => {
    sent += 1
    const { errors, data } = await ask(create, { name: 'shop', datastore: 'postgresql', projectId: `p${sent}` })
    expect(errors).toBeUndefined()
    expect(data?.result.__typename).toBe('CreateInstanceAccepted')
    return data?.result.upToDate ?? false
  }
  const keysOf = async (view: string): Promise<readonly string[]> =>
    (await redis.admin.keys('*')).filter((key) => key.includes(`:${view}-v`))

  it.each(views)(
    'answers a command whatever is under the keys of %s, and shows all again within seconds',
    {
      timeout: 300_000,
    },
    async (view) => {
      await waitFor('the views to be shown', write)
      const [first] = await keysOf(view)
      const base = first?.slice(0, first.lastIndexOf(':'))
      expect(base).toBeDefined()
      for (const [number, part] of harmedParts.entries()) {
        const harm = anyHarm[(number + views.indexOf(view)) % anyHarm.length] ?? ''
        await harms[harm]?.(redis.admin, `${base}:${part}`)
        await write()
        await waitFor(`${view} to heal: its ${part} ${harm}`, write, healsWithinMs)
      }
    },
  )
})
