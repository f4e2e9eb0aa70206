import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createServerApi } from '../support/server-api.ts'
import { createServerSite } from '../support/server-site.ts'
import { makeShop, ordersOfShop } from '../support/shop.ts'

// On one site only: of the files of a host: the same in both forms.

const openToOthers = 0o077

describe.each(['027', '077', '000'])('a server that is started under umask %s', (umask) => {
  const site = createServerSite(`umask-${umask}`)
  const within = ['sh', '-c', `umask ${umask} && exec "$0" "$@"`]

  it('makes, restarts and deletes databases, with everything it has written closed to others', async () => {
    mkdirSync(site.dataDir, { recursive: true, mode: 0o755 })
    // From a start under a looser mask: any local user could open it, and lock it.
    writeFileSync(join(site.dataDir, 'api.lock'), '')
    chmodSync(join(site.dataDir, 'api.lock'), 0o644)
    let server = await site.start({ within })
    let api = createServerApi(server)
    const shop = await makeShop(api)
    const files = readdirSync(site.dataDir).filter((name) => statSync(join(site.dataDir, name)).isFile())
    expect(files).toEqual(expect.arrayContaining(['api.lock', 'coffer.db', 'master-key']))
    expect(files.filter((name) => (statSync(join(site.dataDir, name)).mode & openToOthers) !== 0)).toEqual([])
    await server.stop()
    server = await site.start({ within })
    api = createServerApi(server)
    await api.changeAndWait('restart', shop.instance.id)
    expect(await shop.countOrders()).toBe(ordersOfShop)
    await api.changeAndWait('delete', shop.instance.id)
    await server.stop()
    rmSync(site.dataDir, { recursive: true })
  })
})
