import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { type Bench, bound, connect, createBench, inspect, query } from './bench.ts'

let bench: Bench
const engines: EngineInstance[] = []
beforeAll(async () => {
  bench = await createBench()
  const installations = await bench.installations()
  const [newest, oldest] = [installations[0], installations.at(-1)]
  if (newest === undefined || oldest === undefined) throw new Error('no PostgreSQL is installed: npm install brings it')
  for (const installation of [newest, oldest]) {
    const instance = await bench.prepare(installation)
    await bench.start(instance)
    engines.push(instance)
  }
})
afterAll(() => bench.close())

const password = 'a secret of hers'
const login = (user: string, database: string) => ({ user, password, database })

/** A user of these databases. */
const prepare = async (on: EngineInstance, user: string, databases: readonly string[]): Promise<void> => {
  const { accounts } = bench.driver
  await accounts.ensureDatabases(
    on,
    databases.map((name) => ({ name })),
    bound(),
  )
  await accounts.ensureUsers(on, [{ name: user, password, databases }], bound())
}
const make = (on: EngineInstance, name: string, users: readonly string[]) =>
  bench.driver.accounts.ensureDatabases(on, [{ name, users }], bound())
const drop = (on: EngineInstance, name: string) => bench.driver.accounts.dropDatabases(on, [name], bound())
const actingIn = async (on: EngineInstance, user: string, database: string) =>
  (await query(on, login(user, database), 'SELECT current_user AS name'))[0]?.name
const ownerRoles = async (on: EngineInstance, ...databases: readonly string[]) => {
  const names = databases.map((name) => `'coffer_owner_${name}'`).join()
  const rows = await inspect(on, `SELECT rolname FROM pg_roles WHERE rolname IN (${names}) ORDER BY 1`)
  return rows.map(({ rolname }) => rolname)
}

describe('a database that is made in an engine in use', () => {
  it('is for the users that it names, and as the others are', async () => {
    for (const on of engines) {
      await prepare(on, 'amy', ['a_shop'])
      await prepare(on, 'bob', ['a_crm'])
      for (let repeat = 0; repeat < 2; repeat += 1) await make(on, 'a_news', ['amy', 'who_is_not_there'])
      expect(await actingIn(on, 'amy', 'a_news')).toBe('coffer_owner_a_news')
      expect(await actingIn(on, 'amy', 'a_shop')).toBe('coffer_owner_a_shop')
      await expect(connect(on, login('bob', 'a_news'))).rejects.toThrow(/permission denied/)
    }
  })

  it('keeps the rights that reach over all databases with who may use all of them', async () => {
    for (const on of engines) {
      const replicates = async () =>
        (await inspect(on, "SELECT rolreplication AS yes FROM pg_roles WHERE rolname = 'all_of_them'"))[0]?.yes
      const all = await inspect(on, "SELECT datname FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate")
      const names = [...all.map(({ datname }) => String(datname)), 'b_first']
      await prepare(on, 'all_of_them', names)
      expect(await replicates()).toBe(true)
      await make(on, 'b_second', ['all_of_them'])
      expect(await replicates()).toBe(true)
      await make(on, 'b_third', [])
      expect(await replicates()).toBe(false)
      await drop(on, 'b_third')
      expect(await replicates()).toBe(true)
    }
  })

  it('is refused where somebody made one of its name in SQL, and left alone', async () => {
    for (const on of engines) {
      await prepare(on, 'eve', ['c_shop'])
      await query(on, login('eve', 'c_shop'), 'CREATE DATABASE c_own')
      await expect(make(on, 'c_own', [])).rejects.toMatchObject({ code: 'DATABASE_EXISTS', retryable: false })
      expect(await ownerRoles(on, 'c_own')).toEqual([])
      expect(await actingIn(on, 'eve', 'c_own')).toBe('coffer_owner_c_shop')
    }
  })
})

describe('a database that is deleted', () => {
  it('goes with its sessions and its role, and its users act as they did elsewhere', async () => {
    for (const on of engines) {
      await prepare(on, 'ann', ['d_first', 'd_second'])
      const inUse = await connect(on, login('ann', 'd_first'))
      await inUse.query('CREATE TABLE kept (n int)')
      for (let repeat = 0; repeat < 2; repeat += 1) await drop(on, 'd_first')
      await expect(inUse.query('SELECT 1')).rejects.toThrow()
      await expect(connect(on, login('ann', 'd_first'))).rejects.toThrow(/does not exist/)
      expect(await ownerRoles(on, 'd_first', 'd_second')).toEqual(['coffer_owner_d_second'])
      expect(await actingIn(on, 'ann', 'd_second')).toBe('coffer_owner_d_second')

      await make(on, 'd_first', ['ann'])
      await expect(query(on, login('ann', 'd_first'), 'SELECT FROM kept')).rejects.toThrow(/does not exist/)
    }
  })

  it('may be the last of its user, who can make no other in SQL then, and is given one again', async () => {
    for (const on of engines) {
      await prepare(on, 'lou', ['e_only'])
      await drop(on, 'e_only')
      const rights = "SELECT rolcreatedb OR rolcreaterole AS any FROM pg_roles WHERE rolname = 'lou'"
      expect(await inspect(on, rights)).toEqual([{ any: false }])
      await make(on, 'e_only', ['lou'])
      expect(await actingIn(on, 'lou', 'e_only')).toBe('coffer_owner_e_only')
    }
  })

  it('may be a template, and leaves the role of one that owns others', async () => {
    for (const on of engines) {
      await prepare(on, 'tim', ['f_shop'])
      await query(on, login('tim', 'f_shop'), 'CREATE DATABASE f_own')
      await query(on, login('tim', 'f_shop'), 'ALTER DATABASE f_shop IS_TEMPLATE true')
      await drop(on, 'f_shop')
      expect(await ownerRoles(on, 'f_shop')).toEqual(['coffer_owner_f_shop'])
      expect(await actingIn(on, 'tim', 'f_own')).toBe('coffer_owner_f_shop')
    }
  })

  it('is none of the engine or of Coffer', async () => {
    for (const name of ['postgres', 'template1']) {
      await expect(drop(engines[0] as EngineInstance, name)).rejects.toMatchObject({ code: 'RESERVED_NAME' })
    }
  })

  it('is refused while it subscribes to another server, and the engine says why', async () => {
    for (const on of engines) {
      await prepare(on, 'pat', ['g_shop'])
      const subscribe =
        "CREATE SUBSCRIPTION of_another CONNECTION 'dbname=other' PUBLICATION all_of_it WITH (connect = false)"
      await inspect(on, subscribe, 'g_shop')
      await expect(drop(on, 'g_shop')).rejects.toMatchObject({
        code: 'DATABASE_REFUSED',
        message: expect.stringContaining('Could not delete database "g_shop": '),
      })
      expect(await actingIn(on, 'pat', 'g_shop')).toBe('coffer_owner_g_shop')
    }
  })
})
