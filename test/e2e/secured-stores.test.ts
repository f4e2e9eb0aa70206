import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SecuredStores, startSecuredStores } from '../support/secured-stores.ts'
import { createServerApi } from '../support/server-api.ts'
import { type Environment, type ServerProcess, startRefusedServer, startServer } from '../support/server-process.ts'
import { createServerSite } from '../support/server-site.ts'
import { whyNotDistributed } from '../support/shared-stores.ts'
import { makeShop, ordersOfShop } from '../support/shop.ts'
import { waitFor } from '../support/wait-for.ts'

const missing = await whyNotDistributed()
const wrongPassword = 'wrong-and-secret'
const reasons = {
  password: /WRONGPASS|does not accept this user and password|authentication failed/i,
  certificate: /certificate/,
  namespace: /NOPERM|not authorized/i,
}

const defineTests = (): void => {
  const site = createServerSite('secured')
  let stores: SecuredStores
  let environment: Environment
  let server: ServerProcess
  let agent: ServerProcess

  beforeAll(async () => {
    stores = await startSecuredStores(join(site.directory, 'stores'))
    environment = {
      ...stores.environment,
      COFFER_MASTER_KEY: randomBytes(32).toString('base64url'),
      COFFER_ADMIN_TOKEN: randomBytes(32).toString('base64url'),
    }
  })
  // Registered after the site's own, so that it runs before it.
  afterAll(() => stores?.close())

  const expectNothingSecret = (output: string): void => {
    for (const secret of [wrongPassword, ...stores.passwords]) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        expect(output).not.toContain(form)
      }
    }
  }

  it('serve roles that are told of them by the environment alone: a database is made', async () => {
    server = await site.start({ args: ['--role', 'saga,projector,api'], env: environment })
    agent = await site.start({ args: ['--role', 'agent'], env: stores.agentEnvironment })
    const api = createServerApi(server)
    await waitFor('the agent to register', async () => {
      const { datastores } = await api.request<{ datastores: readonly object[] }>('{ datastores { type } }')
      return datastores.length > 0
    })
    const shop = await makeShop(api)
    expect(await shop.countOrders()).toBe(ordersOfShop)
    expect(await api.changeAndWait('delete', shop.instance.id)).toMatchObject({ status: 'DELETED' })
    expectNothingSecret(server.output() + agent.output())
  })

  const withUrl = (variable: string, change: (url: string) => string) => () => ({
    [variable]: change(environment[variable] ?? ''),
  })
  const otherPassword = (url: string): string => url.replace(/:[^:@/]+@/, `:${wrongPassword}@`)
  const strangersCa = (variable: string) => () => ({ [variable]: stores.strangersCa })

  it.each([
    ['the event store', 'password', 'saga', withUrl('COFFER_EVENTSTORE_URL', otherPassword)],
    [
      'the event store',
      'certificate',
      'saga',
      withUrl('COFFER_EVENTSTORE_URL', (url) =>
        url.replace(/tlsCAFile=.*/, `tlsCAFile=${encodeURIComponent(stores.strangersCa)}`),
      ),
    ],
    ['Redis', 'password', 'projector', withUrl('COFFER_REDIS_URL', otherPassword)],
    ['Redis', 'certificate', 'projector', strangersCa('COFFER_REDIS_CA_FILE')],
    ['Kafka', 'password', 'saga', () => ({ COFFER_KAFKA_PASSWORD: wrongPassword })],
    ['Kafka', 'certificate', 'saga', strangersCa('COFFER_KAFKA_CA_FILE')],
    ['Kafka', 'namespace', 'saga', () => ({ COFFER_NAMESPACE: 'green', COFFER_REDIS_URL: '' })],
    ['Redis', 'namespace', 'projector', () => ({ COFFER_NAMESPACE: 'green' })],
  ] as const)(
    'of which %s refuses the %s keep the role %s from starting, which says so',
    async (store, what, role, change) => {
      const { code, output, stderr } = await startRefusedServer({
        dataDir: join(site.directory, `refused-${role}`),
        args: ['--role', role],
        env: { ...environment, ...change() },
      })
      expect(code).toBe(1)
      const said = stderr.trim().split('\n').at(-1) ?? ''
      expect(said).toMatch(/^coffer: /)
      expect(said.toLowerCase()).toContain(store.toLowerCase())
      expect(said).toMatch(reasons[what])
      expectNothingSecret(output)
    },
  )

  it('of which Kafka refuses the password keep an agent from taking commands, and from nothing else', async () => {
    const refused = await startServer({
      dataDir: join(site.directory, 'refused-agent'),
      args: ['--role', 'agent'],
      env: { ...stores.agentEnvironment, COFFER_KAFKA_PASSWORD: wrongPassword, COFFER_ENGINES_ON_STOP: 'stop' },
    })
    await waitFor('it to say so', () => refused.output().includes('no connection to the bus'))
    const response = await fetch(`${refused.url}/readyz`)
    expect(response.status).toBe(503)
    const { checks } = (await response.json()) as { checks: readonly { name: string; ok: boolean; reason?: string }[] }
    expect(checks).toMatchObject([
      { name: 'server', ok: true },
      { name: 'bus', ok: false, reason: expect.stringMatching(/authentication failed/i) },
    ])
    expect(await refused.stop()).toEqual({ code: 0, signal: null })
    expectNothingSecret(refused.output())
  })

  it('end a process that Kafka lets in no more, with an error, for the supervisor to restart', async () => {
    await stores.kafka.halt('SIGKILL')
    await stores.kafka.setPassword('changed')
    await stores.kafka.start()
    for (const { ended, output } of [server, agent]) {
      expect(await ended).toEqual({ code: 1, signal: null })
      expect(output()).toContain('fatal: exiting so that the supervisor can restart this process')
      expect(output()).toMatch(/authentication failed/i)
      expectNothingSecret(output())
    }
  })
}

describe('stores with TLS, users and passwords', () => {
  if (missing) it('serve who knows them', (context) => context.skip(missing))
  else defineTests()
})
