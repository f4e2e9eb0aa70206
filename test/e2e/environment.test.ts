import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { postmastersOf } from '../support/host-traces.ts'
import { createServerApi } from '../support/server-api.ts'
import { createServerSite } from '../support/server-site.ts'
import { makeShop, ordersOfShop } from '../support/shop.ts'

// On one site only: of the environment of one process: the same in both forms.

/** What people have in their shells for their own clients, each enough to break or redirect a session that takes it. */
const ofOthers = {
  PGAPPNAME: 'somebody',
  PGBINARY: '1',
  PGCLIENTENCODING: 'SQL_ASCII',
  PGCONNECT_TIMEOUT: '1',
  PGDATABASE: 'nowhere',
  PGHOST: '192.0.2.1',
  PGHOSTADDR: '192.0.2.1',
  PGOPTIONS: '-c default_transaction_read_only=on -c search_path=nowhere',
  PGPASSFILE: '/dev/null',
  PGPASSWORD: 'of another database',
  PGPORT: '1',
  PGREPLICATION: 'database',
  PGSERVICE: 'nowhere',
  PGSSLCERT: '/nowhere',
  PGSSLMODE: 'disable',
  PGSSLNEGOTIATION: 'direct',
  PGSSLROOTCERT: '/nowhere',
  PGTZ: 'Antarctica/Troll',
  PGUSER: 'nobody',
  LC_ALL: 'xx_XX.UTF-8',
  LANG: 'tr_TR.UTF-8',
  TZ: 'Antarctica/Troll',
  LD_BIND_NOW: '1',
}

describe('a server whose environment is full of the settings of other clients', () => {
  const site = createServerSite('environment')

  it('takes none of them into its own sessions and engines', async () => {
    const api = createServerApi(await site.start({ env: ofOthers }))
    const shop = await makeShop(api)
    expect(shop.instance).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
    await api.changeAndWait('restart', shop.instance.id)
    const [postmaster] = postmastersOf(site.dataDir, shop.instance.id)
    // Nor can they become more than their account, by a setuid program say.
    expect(readFileSync(`/proc/${postmaster}/status`, 'utf8')).toMatch(/^NoNewPrivs:\s+1$/m)
    expect(await shop.countOrders()).toBe(ordersOfShop)
    await api.changeAndWait('delete', shop.instance.id)
  })
})
