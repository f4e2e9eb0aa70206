import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, it } from 'vitest'
import { layoutOf, nodeOfInstance } from '../support/host-traces.ts'
import { createServerApi, type ServerApi } from '../support/server-api.ts'
import { createServerSite } from '../support/server-site.ts'
import { makeShop, ordersOfShop, type Shop } from '../support/shop.ts'
import { waitFor } from '../support/wait-for.ts'

// On one site only: of what a host reports of its journal and volumes: the same in both forms.

/** Within which it is said that an instance is missing. */
const saidWithinMs = 15_000

describe('an instance that its host does not have any more', () => {
  const site = createServerSite('missing')
  let api: ServerApi
  let shop: Shop
  let idle: Shop

  const whileStopped = async (change: () => void): Promise<void> => {
    await site.killServers()
    change()
    api = createServerApi(await site.start())
  }
  const forget = ({ instance }: Shop): void => {
    const database = new DatabaseSync(join(site.dataDir, 'agent', 'agent.db'))
    database.prepare('DELETE FROM nodes WHERE node_id = ?').run(nodeOfInstance(instance.id))
    database.close()
  }
  const statusBecomes = ({ instance }: Shop, status: string, withinMs = saidWithinMs) =>
    waitFor(
      `${instance.name} to be ${status}`,
      async () => {
        const now = await api.instance(instance.id)
        return now.status === status && now
      },
      withinMs,
    )
  const volumesOf = ({ instance }: Shop): string => layoutOf(site.dataDir).node(nodeOfInstance(instance.id))

  beforeAll(async () => {
    api = createServerApi(await site.start({ env: { COFFER_VOLUME_KIND: 'directory' } }))
    shop = await makeShop(api)
    idle = await makeShop(api, 'idle')
    await api.changeAndWait('stop', idle.instance.id)
  })

  it('is MISSING within 15 s, and not ACTIVE and HEALTHY, when the journal of its host is of yesterday', async () => {
    await whileStopped(() => forget(shop))
    const missing = await statusBecomes(shop, 'MISSING')
    expect(missing).toMatchObject({ health: 'UNREACHABLE', healthReason: 'its host does not have it any more' })
    expect(await api.instance(idle.instance.id)).toMatchObject({ status: 'STOPPED' })
  })

  it('comes back with its data, at the endpoint that clients know, when it is started', async () => {
    const back = await api.changeAndWait('start', shop.instance.id)
    expect(back).toMatchObject({ status: 'ACTIVE', endpoint: shop.instance.endpoint })
    expect(await shop.countOrders()).toBe(ordersOfShop)
  })

  it('is MISSING when its volume is gone, also one that is stopped, and nothing is made in its place', async () => {
    const elsewhere = `${site.directory}/kept`
    renameSync(volumesOf(idle), elsewhere)
    await statusBecomes(idle, 'MISSING')
    const { operation } = await api.change('start', idle.instance.id)
    const ended = await api.operationEnd(operation.id)
    expect(ended).toMatchObject({ status: 'FAILED', fault: { code: 'VOLUME_MISSING' } })
    expect(await api.settled(operation.id)).toMatchObject({ status: 'MISSING' })
    renameSync(elsewhere, volumesOf(idle))
  })

  it('is as it was as soon as its host has it again', async () => {
    await statusBecomes(idle, 'STOPPED')
    await api.changeAndWait('start', idle.instance.id)
    expect(await idle.countOrders()).toBe(ordersOfShop)
  })

  it('can be deleted while it is missing', async () => {
    await whileStopped(() => forget(shop))
    await statusBecomes(shop, 'MISSING')
    expect(await api.changeAndWait('delete', shop.instance.id)).toMatchObject({ status: 'DELETED' })
  })
})
