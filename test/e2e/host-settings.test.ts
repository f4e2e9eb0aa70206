import { describe, expect, it } from 'vitest'
import { CreateInstanceDocument, type HostFragment as Host, HostsDocument } from '../../ops/cli/generated/graphql.ts'
import type { Refusal } from '../../ops/cli/mutate.ts'
import type { Connection } from '../../ops/cli/pages.ts'
import { freePortRange } from '../support/free-ports.ts'
import { queryOnce } from '../support/postgresql-client.ts'
import { createServerApi } from '../support/server-api.ts'
import { createServerSite } from '../support/server-site.ts'
import { clockShiftedBy } from '../support/shifted-clock.ts'
import { makeShop, ordersOfShop } from '../support/shop.ts'
import { waitFor } from '../support/wait-for.ts'

// On one site only: of the clock and the address of a host: the same in both forms.

const dayMs = 24 * 3600 * 1000

describe('a server whose clock was ahead at its first start', () => {
  const site = createServerSite('clock-ahead')

  it('makes databases as soon as its clock is right, and says that one of the two was wrong', async () => {
    const first = await site.start({ env: clockShiftedBy(400 * dayMs) })
    const caOf = async (server: typeof first) => {
      const { hosts } = await createServerApi(server).request<{ hosts: Connection<Host> }>(HostsDocument)
      return hosts.edges[0]?.node
    }
    expect((await caOf(first))?.isolation?.missing.join('\n')).not.toContain('clock')
    await first.stop()
    const server = await site.start()
    const api = createServerApi(server)
    await waitFor('the host to be told of again', async () =>
      (await caOf(server))?.isolation?.missing.some((words) => words.includes('it is behind now, or was ahead then')),
    )
    const shop = await makeShop(api)
    expect(await shop.countOrders()).toBe(ordersOfShop)
    expect(await api.changeAndWait('restart', shop.instance.id)).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
  })
})

describe('a host that has room for more instances than it has ports', () => {
  const site = createServerSite('few-ports')

  it('takes as many as it has ports for, refuses the next at once, and takes it when one is gone', async () => {
    const { first } = await freePortRange(2)
    const server = await site.start({ env: { COFFER_ENGINE_PORTS: `${first}-${first + 1}` } })
    const api = createServerApi(server)
    const { instance } = await makeShop(api)
    await makeShop(api, 'second')
    const { hosts } = await api.request<{ hosts: Connection<Host> }>(HostsDocument)
    expect(hosts.edges[0]?.node.instanceLimit).toEqual({ atMost: 2, limitedBy: 'ports' })
    const input = { name: 'third', datastore: 'postgresql' }
    const refused = await api.request<{ result: Refusal }>(CreateInstanceDocument, { input })
    expect(refused.result).toMatchObject({
      code: 'NO_CAPACITY',
      message: 'no host has room for a port more: delete an instance, or add a host',
    })
    await api.changeAndWait('delete', instance.id)
    await makeShop(api, 'third')
  })
})

const whyNotRoot = process.getuid?.() === 0 ? null : 'accounts are made by root alone'

describe('a host that has room for more instances than it has accounts', () => {
  const site = createServerSite('few-accounts')

  it('takes as many as it has accounts for, refuses the next at once, and takes it when one is gone', async (context) => {
    if (whyNotRoot) return context.skip(whyNotRoot)
    const first = 1_900_000_000 + (process.pid % 50_000) * 10
    const server = await site.start({ env: { COFFER_ENGINE_ACCOUNT_IDS: `${first}-${first + 2}` } })
    const api = createServerApi(server)
    const { instance } = await makeShop(api)
    await makeShop(api, 'second')
    const { hosts } = await api.request<{ hosts: Connection<Host> }>(HostsDocument)
    expect(hosts.edges[0]?.node.instanceLimit).toEqual({ atMost: 2, limitedBy: 'accounts' })
    const input = { name: 'third', datastore: 'postgresql' }
    const refused = await api.request<{ result: Refusal }>(CreateInstanceDocument, { input })
    expect(refused.result).toMatchObject({
      code: 'NO_CAPACITY',
      message: 'no host has room for a Unix account more: delete an instance, or add a host',
      details: { short: 'accounts' },
    })
    await api.changeAndWait('delete', instance.id)
    const third = await makeShop(api, 'third')
    expect(await third.countOrders()).toBe(ordersOfShop)
  })
})

describe('a server whose address for clients is changed', () => {
  const site = createServerSite('address')
  const at = (address: string) => ({ COFFER_ENGINE_ADDRESS: address, COFFER_ENGINE_LISTEN_ADDRESS: '0.0.0.0' })

  it('tells the new address, of databases that run and that are stopped, and serves those who know the old one', async () => {
    let server = await site.start({ env: at('127.0.0.2') })
    let api = createServerApi(server)
    const shop = await makeShop(api)
    const idle = await makeShop(api, 'idle')
    await api.changeAndWait('stop', idle.instance.id)
    expect(shop.instance.endpoint?.host).toBe('127.0.0.2')
    await server.stop()

    server = await site.start({ env: at('127.0.0.3') })
    api = createServerApi(server)
    for (const { instance } of [shop, idle]) {
      const moved = await waitFor(`the new address of ${instance.name} to be told`, async () => {
        const now = await api.instance(instance.id)
        return now.endpoint?.host === '127.0.0.3' && now
      })
      expect(moved.endpoint?.port).toBe(instance.endpoint?.port)
    }
    await api.changeAndWait('start', idle.instance.id)
    for (const { login, countOrders } of [shop, idle]) {
      expect(await countOrders()).toBe(ordersOfShop)
      const moved = { ...login, endpoint: { ...login.endpoint, host: '127.0.0.3' } }
      expect(await queryOnce(moved, 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: ordersOfShop }])
    }
  })
})
