import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDistributedSite, whyNoStores } from '../../support/distributed-site.ts'
import { noTraces, tracesOfInstance } from '../../support/host-traces.ts'
import { type Collector, startCollector } from '../../support/otlp/collector.ts'
import { causesOf } from '../../support/otlp/trace.ts'
import { postmasterStart } from '../../support/postgresql-client.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { makeShop, ordersOfShop, type Shop } from '../../support/shop.ts'
import { waitFor } from '../../support/wait-for.ts'

const missing = whyNoStores()

const defineTests = (): void => {
  const site = createDistributedSite('distributed')
  let sagas: ServerProcess[]
  let server: ServerProcess
  const urlOf = new Map<string, string>()
  let api: ServerApi
  let shop: Shop
  let collector: Collector

  beforeAll(async () => {
    collector = await startCollector()
    const start = async (role: string) => {
      const started = await site.start(role, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
      urlOf.set(role, started.url)
      return started
    }
    // The first one is the relay; the other stands by.
    sagas = [await start('saga')]
    await start('projector')
    server = await start('api')
    await start('agent')
    sagas.push(await start('saga'))
    api = createServerApi(server)
    await waitFor('the agent to register', async () => {
      const { datastores } = await api.request<{ datastores: readonly object[] }>('{ datastores { type } }')
      return datastores.length > 0
    })
  })

  afterAll(() => collector.close())

  it.each([
    ['api', ['server', 'event store', 'view store']],
    ['saga', ['server', 'bus', 'event store']],
    ['projector', ['server', 'event store', 'view store', 'view instances']],
    ['agent', ['server', 'bus']],
  ])('is ready as %s, and says of what that was made sure', async (role, stores) => {
    const response = await fetch(`${urlOf.get(role)}/readyz`)
    const { checks } = (await response.json()) as { checks: readonly { name: string }[] }
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(stores))
    expect(response.status).toBe(200)
  })

  it.each([
    ['api', 'coffer_projection_lag_seconds{view="instances"}'],
    ['api', 'coffer_hosts{status="UP"} 1'],
    ['projector', 'coffer_projection_lag_seconds{view="instances"}'],
    ['saga', 'coffer_relay_lag_seconds'],
    ['saga', 'coffer_saga_lag_messages{group="coffer.sagas",topic="coffer.events"}'],
    ['saga', 'coffer_saga_lag_messages{group="coffer.sagas.heartbeats",topic="coffer.agent.heartbeats"}'],
    ['agent', 'coffer_agent_lag_messages'],
  ])('tells by the metrics of the %s: %s', async (role, metric) => {
    const text = await (await fetch(`${urlOf.get(role)}/metrics`)).text()
    expect(text).toContain(`\n${metric}`)
  })

  it('makes a database that a client can log in to', async () => {
    shop = await makeShop(api)
    expect(await shop.countOrders()).toBe(ordersOfShop)
  })

  it('tells of that in one trace, to which every role has its part', async () => {
    const succeeded = await waitFor('the end of the trace', () =>
      collector
        .spans()
        .find(
          ({ name, attributes }) => name === 'apply OperationSucceeded' && attributes['coffer.view'] === 'operations',
        ),
    )
    const ofTrace = () => collector.spans().filter(({ traceId }) => traceId === succeeded.traceId)
    // Each process sends its spans when it will.
    const causes = await waitFor('the beginning of the trace', () => {
      const found = causesOf(ofTrace(), succeeded)
      return found[0] === 'graphql mutation' && found
    })
    expect(causes.filter((name) => /^(dispatch|react|agent|take)/.test(name))).toEqual([
      'dispatch CreateInstance',
      'react InstanceRequested',
      ...['volume-ready', 'engine-running', 'accounts-ready', 'endpoint-verified'].flatMap((kind) => [
        `agent ${kind}`,
        'take succeeded',
      ]),
      'react OperationOutcomeReached',
      'react InstanceProvisioned',
    ])
    const roles = ofTrace().map(({ resource }) => resource['coffer.roles'])
    expect([...new Set(roles)].toSorted()).toEqual(['agent', 'api', 'projector', 'saga'])
  })

  it('restarts it', async () => {
    const startedAt = await postmasterStart(shop.login)
    expect(await api.changeAndWait('restart', shop.instance.id)).toMatchObject({ status: 'ACTIVE' })
    expect(await postmasterStart(shop.login)).not.toBe(startedAt)
    expect(await shop.countOrders()).toBe(ordersOfShop)
  })

  it('goes on when the process that relays is killed: another one takes over', async () => {
    const [relaying, standby] = sagas
    await relaying?.kill()
    const startedAt = await postmasterStart(shop.login)
    expect(await api.changeAndWait('restart', shop.instance.id)).toMatchObject({ status: 'ACTIVE' })
    expect(await postmasterStart(shop.login)).not.toBe(startedAt)
    expect(standby?.output()).toContain('took over as relay')
  })

  it('shows views that equal those derived from the log anew', async () => {
    const views = await api.verifyViews()
    expect(views.length).toBeGreaterThan(0)
    expect(views.filter(({ equal }) => !equal)).toEqual([])
  })

  it('knows nothing of another system on the same stores, nor that one of it', async () => {
    const elsewhere = `other${randomUUID().slice(0, 8)}`
    const other = await site.start('api,saga,projector', { COFFER_NAMESPACE: elsewhere })
    const otherApi = createServerApi(other)
    const define = 'mutation ($id: ID!) { defineFlavor(input: { id: $id, vcpus: 1, memoryMiB: 256 }) { __typename } }'
    await otherApi.request(define, { id: 'elsewhere' })
    await api.request(define, { id: 'here' })
    type Seen = {
      readonly hosts: Nodes
      readonly instances: Nodes
      readonly flavors: readonly { readonly id: string }[]
    }
    type Nodes = { readonly nodes: readonly { readonly id: string }[] }
    const look = (at: ServerApi) =>
      at.request<Seen>('{ hosts { nodes { id } } instances { nodes { id } } flavors { id } }')
    const [here, there] = [await look(api), await look(otherApi)]
    const flavorsOf = ({ flavors }: Seen) => flavors.map(({ id }) => id).filter((id) => /here/.test(id))
    expect(here.instances.nodes).toEqual([{ id: shop.instance.id }])
    expect([here.hosts.nodes.length, flavorsOf(here)]).toEqual([1, ['here']])
    expect([there.hosts.nodes, there.instances.nodes, flavorsOf(there)]).toEqual([[], [], ['elsewhere']])
    // All that its relay publishes and its sagas take is its own.
    expect((await otherApi.verifyViews()).filter(({ equal }) => !equal)).toEqual([])
    await other.stop()
  })

  it('deletes it and leaves nothing of it', async () => {
    expect(await api.changeAndWait('delete', shop.instance.id)).toMatchObject({ status: 'DELETED' })
    expect(tracesOfInstance(site.dataDir, shop.instance.id)).toEqual(noTraces)
  })
}

describe('roles in processes of their own, on an event store, Kafka and Redis', () => {
  if (missing) it('make, restart and delete a database together', (context) => context.skip(missing))
  else defineTests()
})
