import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { listMounts } from '../../../agent/isolation/mounts.ts'
import { type InstanceFragment as Instance, ResizeInstanceDocument } from '../../../ops/cli/generated/graphql.ts'
import type { Refusal } from '../../../ops/cli/mutate.ts'
import { onEmbeddedSite, onEverySite, type Site } from '../../support/every-site.ts'
import { layoutOf, nodeOfInstance } from '../../support/host-traces.ts'
import { queryOnce } from '../../support/postgresql-client.ts'
import { canMount } from '../../support/privileges.ts'
import { type Changed, createServerApi, type ServerApi } from '../../support/server-api.ts'
import { makeShop, ordersOfShop, type Shop } from '../../support/shop.ts'
import { waitFor } from '../../support/wait-for.ts'

type Kind = 'loop' | 'directory'
const amounts = '{ memoryMiB volumeGiB }'
const held = `{ quota { used ${amounts} } hosts(first: 1) { nodes { claimed ${amounts} } } }`
type Amounts = { memoryMiB: number; volumeGiB: number }
type Held = { quota: { used: Amounts }; hosts: { nodes: { claimed: Amounts }[] } }

const resizeTests = (site: Site, kind: Kind) =>
  describe(`an instance that is to have another size (${kind})`, () => {
    let api: ServerApi
    let shop: Shop

    beforeAll(async () => {
      const server = await site.start({
        COFFER_VOLUME_KIND: kind,
        COFFER_CAPACITY_VOLUME_GIB: '6',
        COFFER_QUOTA_VOLUME_GIB: '4',
        COFFER_QUOTA_MEMORY_MIB: '1024',
      })
      api = createServerApi(server)
      shop = await makeShop(api)
    })

    const ask = async (size: { volumeGiB?: number; flavor?: string }): Promise<Changed | Refusal> => {
      const input = { id: shop.instance.id, ...size }
      return (await api.request<{ result: Changed | Refusal }>(ResizeInstanceDocument, { input })).result
    }
    const growTo = async (volumeGiB: number): Promise<Instance> => {
      const input = { id: shop.instance.id, volumeGiB }
      const { operationId } = await api.mutate<Changed>(ResizeInstanceDocument, input)
      expect(await api.operationEnd(operationId)).toMatchObject({ status: 'SUCCEEDED', kind: 'RESIZE' })
      return api.settled(operationId)
    }
    const holds = async (volumeGiB: number, memoryMiB = 512): Promise<void> => {
      const { quota, hosts } = await api.request<Held>(held)
      expect([quota.used, hosts.nodes[0]?.claimed]).toEqual([
        { memoryMiB, volumeGiB },
        { memoryMiB, volumeGiB },
      ])
    }
    const sharedBuffers = async () =>
      (await queryOnce<{ shared_buffers: string }>(shop.login, 'SHOW shared_buffers'))[0]?.shared_buffers

    it('is refused what it has, and what quota does not hold, and nothing is held for that', async () => {
      expect(await ask({ volumeGiB: 1 })).toMatchObject({ code: 'INVALID_INPUT' })
      expect(await ask({ volumeGiB: 5 })).toMatchObject({ code: 'QUOTA_EXCEEDED' })
      expect(await ask({ flavor: 'medium' })).toMatchObject({ code: 'QUOTA_EXCEEDED' })
      expect(await ask({ flavor: 'none such' })).toMatchObject({ code: 'UNKNOWN_FLAVOR', field: 'flavor' })
      await holds(1)
    })

    it('gets more memory with a restart, which it says the reason of, and gives it back', async () => {
      expect(await sharedBuffers()).toBe('128MB')
      const { stderr } = await site.cli(['instance', 'resize', 'shop', '--flavor', 'small', '--wait'])
      expect(stderr).toContain('a restart is needed for max_connections and shared_buffers')
      expect(await sharedBuffers()).toBe('256MB')
      await holds(1, 1024)
      await site.cli(['instance', 'resize', 'shop', '--flavor', 'tiny', '--wait'])
      expect(await sharedBuffers()).toBe('128MB')
      await holds(1)
      expect(await shop.countOrders()).toBe(ordersOfShop)
    })

    it('ends that it is full, with the data it has, and quota and host hold the difference', async () => {
      // A server of root shows its engines what is theirs elsewhere.
      const mounted = listMounts().find(({ mountPoint }) =>
        mountPoint.endsWith(`/${nodeOfInstance(shop.instance.id)}/volume`),
      )
      const plain = layoutOf(site.dataDir).volume(nodeOfInstance(shop.instance.id))
      const volume = mounted?.mountPoint ?? plain
      execFileSync('fallocate', ['--length', kind === 'loop' ? '830MiB' : '960MiB', join(volume, 'ballast')])
      await expect
        .poll(() => api.instance(shop.instance.id), { timeout: 60_000 })
        .toMatchObject({ volumeStage: 'FULL', health: 'UNHEALTHY' })
      await expect(queryOnce(shop.login, 'CREATE TABLE more (n int)')).rejects.toMatchObject({ code: '25006' })
      expect(await growTo(3)).toMatchObject({ status: 'ACTIVE', volumeGiB: 3 })
      await holds(3)
      await waitFor('writes to be taken', () =>
        queryOnce(shop.login, 'CREATE TABLE IF NOT EXISTS more (n int)').then(
          () => true,
          () => false,
        ),
      )
      await waitFor('it to be healthy', async () => (await api.instance(shop.instance.id)).health === 'HEALTHY')
      expect(await shop.countOrders()).toBe(ordersOfShop)
    })

    it('does so while its engine is stopped, which stays stopped', async () => {
      await api.changeAndWait('stop', shop.instance.id)
      expect(await growTo(4)).toMatchObject({ status: 'STOPPED', volumeGiB: 4 })
      expect(await api.changeAndWait('start', shop.instance.id)).toMatchObject({ status: 'ACTIVE' })
      expect(await shop.countOrders()).toBe(ordersOfShop)
      await holds(4)
    })
  })

onEverySite('resize', (site) => resizeTests(site, canMount ? 'loop' : 'directory'))
// Only the host knows one kind from the other.
if (canMount) onEmbeddedSite('resize-directory', (site) => resizeTests(site, 'directory'))
