import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, bound, createBench, inspect, query } from './bench.ts'

const password = 'a long enough password'
let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench.close())

/** Rows of the table: setting, value, whether a session may set it. */
const documented = async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/reference/postgresql.md'), 'utf8')
  return [...page.matchAll(/^\| `([a-z_]+)` \| `([^`]+)` \| (yes)? ?\|/gm)].map(([, name = '', value = '', yes]) => ({
    name,
    value,
    settable: yes !== undefined,
  }))
}

describe('the documented defaults of PostgreSQL', () => {
  it('are those of every version, and may be set by those whom the table names', async () => {
    const rows = await documented()
    expect(rows.length).toBeGreaterThan(10)
    for (const installation of await bench.installations()) {
      const instance = await bench.prepare(installation)
      await bench.start(instance)
      await bench.driver.accounts.ensureDatabases(instance, [{ name: 'shop' }], bound())
      await bench.driver.accounts.ensureUsers(instance, [{ name: 'ann', password, databases: ['shop'] }], bound())
      // Over the network: keepalives are of TCP.
      const settings = await query(
        instance,
        { user: 'ann', password, database: 'shop' },
        "SELECT name, current_setting(name) AS value, context = 'user' AS settable FROM pg_settings",
      )
      for (const { name, value, settable } of rows) {
        const actual = settings.find((setting) => setting.name === name)
        if (!actual) expect(name, installation.version).toBe('createrole_self_grant')
        else expect(actual, installation.version).toEqual({ name, value, settable })
      }
      await bench.stop(instance)
    }
  })

  it('keep a slot from filling the volume: one whose subscriber stays away loses its place', async () => {
    const [newest] = await bench.installations()
    if (!newest) throw new Error('no PostgreSQL is installed: npm install brings it')
    const instance = await bench.prepare(newest)
    await bench.start(instance)
    await inspect(instance, "SELECT pg_create_logical_replication_slot('away', 'pgoutput')")
    const [kept] = await inspect(
      instance,
      "SELECT pg_size_bytes(current_setting('max_slot_wal_keep_size'))::int AS bytes",
    )
    const segments = Math.ceil(Number(kept?.bytes) / (16 * 1024 * 1024)) + 4
    for (let n = 0; n < segments; n += 1)
      await inspect(instance, "SELECT pg_logical_emit_message(false, 'x', 'y'); SELECT pg_switch_wal()")
    await inspect(instance, 'CHECKPOINT')
    expect(await inspect(instance, 'SELECT wal_status FROM pg_replication_slots')).toEqual([{ wal_status: 'lost' }])
  })
})
