import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { listMounts } from '../../agent/isolation/mounts.ts'
import { ResizeInstanceDocument } from '../../ops/cli/generated/graphql.ts'
import { fillDisk, freeBytes } from '../support/fill-disk.ts'
import { layoutOf, nodeOfInstance, noTraces, pathsBelow, tracesOfInstance } from '../support/host-traces.ts'
import { mountDisk } from '../support/mount-disk.ts'
import { queryOnce } from '../support/postgresql-client.ts'
import { canMount } from '../support/privileges.ts'
import { type Changed, createServerApi, type ServerApi } from '../support/server-api.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { createServerSite, type ServerSite } from '../support/server-site.ts'
import { makeShop, ordersOfShop, type Shop } from '../support/shop.ts'
import { waitFor } from '../support/wait-for.ts'

// On one site only: of a host and its disks: the same in both forms.

/** Enough that volumes are prepared ahead of need. */
const sizeMiB = 700
const mib = 1024 * 1024
/** A volume of 1 GiB with what else a server needs, and not two. */
const roomForOneMiB = 1800
/** A volume of 2 GiB with what else a server needs. */
const roomForTwoMiB = 3000
/** For the log of the server, which is on that disk, too. */
const logRoomBytes = 8 * mib

/** The names of volumes that were made ahead of need. */
const preparedBy = ({ dataDir }: ServerSite): readonly string[] => {
  const parts = pathsBelow(layoutOf(dataDir).prepared).filter((path) => path.includes('/volume'))
  const names = new Set(parts.map((path) => path.split('/')[0] ?? ''))
  return [...names].filter((name) => !/^(new|taken)-/.test(name))
}
/** All that an agent holds ready by default: one that is still being made may take the last of the disk. */
const areAllPrepared = (site: ServerSite): boolean => preparedBy(site).length === 2

describe.skipIf(!canMount).each([
  // The template of the version does not fit.
  ['directory', 8],
  // It does, and then its copy does not: the failure has to be noted with nothing left at all.
  ['directory', 30],
] as const)('a server whose disk fills up (volumes: %s, %i MiB left) (needs to mount)', (volumeKind, leftMiB) => {
  const site = createServerSite('full')
  let server: ServerProcess
  let api: ServerApi

  beforeAll(async () => {
    mkdirSync(site.dataDir, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m,mode=700`, 'tmpfs', site.dataDir])
    server = await site.start({ env: { COFFER_VOLUME_KIND: volumeKind, COFFER_CAPACITY_VOLUME_GIB: '10' } })
    api = createServerApi(server)
    await waitFor('volumes to be prepared, so that nothing else needs the disk', () => areAllPrepared(site))
  })

  it('fails the operation with DISK_FULL, removes all it made, and goes on', async () => {
    const ballast = fillDisk(site.dataDir, leftMiB * mib)
    const { operation, instance } = await api.create({
      name: 'too-much',
      version: '17.10',
      databases: [{ name: 'app' }],
    })
    const ended = await api.operationEnd(operation.id)
    expect(ended).toMatchObject({ status: 'FAILED', fault: { code: 'DISK_FULL', retryable: true } })
    expect(ended.steps.filter(({ compensating }) => compensating)).toMatchObject([{ status: 'SUCCEEDED' }])
    expect(await api.settled(operation.id)).toMatchObject({ status: 'FAILED', fault: { code: 'DISK_FULL' } })
    expect(tracesOfInstance(site.dataDir, instance.id)).toEqual(noTraces)
    expect(freeBytes(site.dataDir)).toBeGreaterThan((leftMiB * mib) / 2)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)

    rmSync(ballast)
    const { quota } = await api.request<{ quota: { used: { instances: number } } }>('{ quota { used { instances } } }')
    expect(quota.used.instances).toBe(0)
    const next = await api.provision({ name: 'enough', version: '17.10', databases: [{ name: 'app' }] })
    expect(next.instance).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
  })
})

describe.skipIf(!canMount)('a server with loop volumes whose disk fills up (needs to mount)', () => {
  const site = createServerSite('full-loop')

  it('makes no database that it has no room for, and those it has made keep theirs to the last block', async () => {
    mountDisk(site.dataDir, roomForOneMiB)
    const server = await site.start({ env: { COFFER_VOLUME_KIND: 'loop', COFFER_CAPACITY_VOLUME_GIB: '10' } })
    const api = createServerApi(server)
    const shop = await makeShop(api)
    await waitFor('volumes to be prepared, so that nothing else needs the disk', () => areAllPrepared(site))
    fillDisk(site.dataDir, logRoomBytes)

    const { operation, instance } = await api.create({ name: 'too-much' })
    const ended = await api.operationEnd(operation.id)
    expect(ended).toMatchObject({ status: 'FAILED', fault: { code: 'DISK_FULL', retryable: true } })
    await api.settled(operation.id)
    expect(tracesOfInstance(site.dataDir, instance.id)).toEqual(noTraces)

    // What was removed has made room. Five times what is left is written, twice: as data and as WAL.
    fillDisk(site.dataDir, logRoomBytes)
    await queryOnce(
      shop.login,
      `CREATE TABLE filler AS SELECT repeat(md5(n::text), 32) FROM generate_series(1, 40000) n`,
    )
    // An orderly stop writes out everything.
    expect(await api.changeAndWait('restart', shop.instance.id)).toMatchObject({ status: 'ACTIVE' })
    expect(await shop.countOrders()).toBe(ordersOfShop)
  })
})

describe.skipIf(!canMount)('a volume that is to grow (needs to mount)', () => {
  const site = createServerSite('growth')
  const held = '{ quota { used { volumeGiB } } hosts(first: 1) { nodes { claimed { volumeGiB } } } }'
  type Held = { quota: { used: { volumeGiB: number } }; hosts: { nodes: { claimed: { volumeGiB: number } }[] } }
  let api: ServerApi
  let shop: Shop

  beforeAll(async () => {
    mountDisk(site.dataDir, roomForTwoMiB)
    const server = await site.start({
      env: { COFFER_VOLUME_KIND: 'loop', COFFER_CAPACITY_VOLUME_GIB: '10', COFFER_PREPARED_VOLUMES: '0' },
    })
    api = createServerApi(server)
    shop = await makeShop(api)
  })

  const grow = async () => {
    const input = { id: shop.instance.id, volumeGiB: 2 }
    const { operationId } = await api.mutate<Changed>(ResizeInstanceDocument, input)
    return api.operationEnd(operationId)
  }
  const heldGiB = async () => {
    const { quota, hosts } = await api.request<Held>(held)
    return [quota.used.volumeGiB, hosts.nodes[0]?.claimed.volumeGiB]
  }
  const volume = () => {
    const mount = listMounts().find(({ mountPoint }) =>
      mountPoint.endsWith(`/${nodeOfInstance(shop.instance.id)}/volume`),
    )
    if (!mount) throw new Error('the volume is not mounted')
    return mount.mountPoint
  }
  const image = () => statSync(`${volume()}.img`)

  it('fails with DISK_FULL where the disk of its host has too little left, and neither it nor what is held for it has grown', async () => {
    const before = image()
    const ballast = fillDisk(site.dataDir, 600 * mib)
    const ended = await grow()
    expect(ended).toMatchObject({ status: 'FAILED', fault: { code: 'DISK_FULL', retryable: true } })
    expect(ended.fault?.message).toMatch(/^the disk of the database host has \d+ bytes left, too few/)
    expect(await api.instance(shop.instance.id)).toMatchObject({ status: 'ACTIVE', volumeGiB: 1, health: 'HEALTHY' })
    await expect.poll(heldGiB).toEqual([1, 1])
    expect([image().size, image().blocks]).toEqual([before.size, before.blocks])
    expect(await shop.countOrders()).toBe(ordersOfShop)
    rmSync(ballast)
  })

  it('brings back an instance that is FAILED because its volume is full to the last block', async () => {
    // As root, which may take what is kept for the recovery of the engine.
    fillDisk(volume(), 0)
    execFileSync('sh', ['-c', 'dd if=/dev/zero of="$1" bs=1M 2>&1 || true', 'sh', join(volume(), 'rest')])
    const { operation } = await api.change('restart', shop.instance.id)
    expect(await api.operationEnd(operation.id)).toMatchObject({ status: 'FAILED' })
    expect(await api.settled(operation.id)).toMatchObject({ status: 'FAILED' })
    expect(await grow()).toMatchObject({ status: 'SUCCEEDED' })
    await expect
      .poll(() => api.instance(shop.instance.id), { timeout: 60_000 })
      .toMatchObject({ status: 'ACTIVE', health: 'HEALTHY', volumeGiB: 2 })
    expect(await heldGiB()).toEqual([2, 2])
    expect(await shop.countOrders()).toBe(ordersOfShop)
    await queryOnce(shop.login, 'CREATE TABLE more (n int)')
  })
})

describe.skipIf(!canMount)('a server on a small disk (needs to mount)', () => {
  const site = createServerSite('small')

  it('prepares nothing ahead of need, and makes what is needed', async () => {
    mkdirSync(site.dataDir, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m,mode=700', 'tmpfs', site.dataDir])
    const server = await site.start({ env: { COFFER_CAPACITY_VOLUME_GIB: '10', COFFER_VOLUME_KIND: 'directory' } })
    const { instance } = await createServerApi(server).provision({ name: 'fits' })
    expect(instance).toMatchObject({ status: 'ACTIVE' })
    await waitFor('it to say so', () => server.output().includes('too little room to prepare a volume'))
    expect(preparedBy(site)).toEqual([])
  })
})
