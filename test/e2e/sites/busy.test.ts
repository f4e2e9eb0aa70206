import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { CancelOperationDocument } from '../../../ops/cli/generated/graphql.ts'
import { type Crowd, crowd } from '../../support/crowd.ts'
import { onEverySite } from '../../support/every-site.ts'
import { postmasterStart } from '../../support/postgresql-client.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import { makeShop, ordersOfShop, type Shop } from '../../support/shop.ts'

onEverySite('busy', (site) =>
  describe('a database in use', () => {
    let api: ServerApi
    let shop: Shop
    let clients: Crowd | undefined
    beforeAll(async () => {
      api = createServerApi(await site.start())
      shop = await makeShop(api)
    })
    afterEach(async () => {
      await clients?.leave()
      clients = undefined
    })

    const operationsOf = async (kind: 'restart' | 'stop' | 'start') => {
      const { operation } = await api.change(kind, shop.instance.id)
      const ended = await api.operationEnd(operation.id)
      return [ended.status, (await api.settled(operation.id)).status]
    }

    it('is restarted, stopped and started while 80 clients ask for its 56 connections every 250 ms', async () => {
      const { endpoint, user, password, database, ca } = shop.login
      clients = crowd({ ...endpoint, user, password, database, ssl: { ca: ca ?? '' } }, 80)
      await expect.poll(() => clients?.refused(), { timeout: 60_000 }).toBeGreaterThan(80)
      const before = await postmasterStart(shop.login).catch(() => 'full')
      expect(await operationsOf('restart')).toEqual(['SUCCEEDED', 'ACTIVE'])
      for (let times = 0; times < 2; times += 1) {
        expect(await operationsOf('stop')).toEqual(['SUCCEEDED', 'STOPPED'])
        expect(await operationsOf('start')).toEqual(['SUCCEEDED', 'ACTIVE'])
      }
      await clients.leave()
      expect(await shop.countOrders()).toBe(ordersOfShop)
      expect(await postmasterStart(shop.login)).not.toBe(before)
    })

    it('is ACTIVE and served after a stop that was cancelled, whenever it was', async () => {
      for (const afterMs of [0, 30, 60, 100, 150, 250]) {
        const { operation } = await api.change('stop', shop.instance.id)
        await delay(afterMs)
        await api.request(CancelOperationDocument, { input: { id: operation.id } })
        const ended = await api.operationEnd(operation.id)
        const { status } = await api.settled(operation.id)
        const expected = ended.status === 'SUCCEEDED' ? 'STOPPED' : 'ACTIVE'
        expect([ended.status, status], `after ${afterMs} ms`).toEqual([ended.status, expected])
        expect(ended.status, ended.fault?.message).not.toBe('FAILED')
        if (status === 'STOPPED') expect(await operationsOf('start')).toEqual(['SUCCEEDED', 'ACTIVE'])
        expect(await shop.countOrders()).toBe(ordersOfShop)
      }
    })
  }),
)
