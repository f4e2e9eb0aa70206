import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { majorOf } from '../../../agent/engines/postgresql/version.ts'
import type { AccessLevel } from '../../../domain/values/access-levels.ts'
import { type Bench, bound, createBench, inspect, query } from './bench.ts'

let bench: Bench
/** The newest and the oldest version of this host. */
let instances: readonly EngineInstance[]
beforeAll(async () => {
  bench = await createBench()
  const installations = await bench.installations()
  const ends = [...new Set([installations[0], installations.at(-1)])].filter((found) => found !== undefined)
  if (ends.length === 0) throw new Error('no PostgreSQL is installed: npm install brings it')
  instances = await Promise.all(ends.map((installation) => bench.prepare(installation)))
  for (const instance of instances) {
    await bench.start(instance)
    await bench.driver.verifyEndpoint(instance, [], bound())
  }
}, 120_000)
afterAll(() => bench.close())

let count = 0
let database: string
beforeEach(() => {
  count += 1
  database = `shop${count}`
})
const password = 'a long enough password'
const make = async (on: EngineInstance, users: Readonly<Record<string, AccessLevel>>) => {
  await bench.driver.accounts.ensureDatabases(on, [{ name: database }], bound())
  const wishes = Object.entries(users).map(([name, level]) => ({ name, password, databases: [database], level }))
  await bench.driver.accounts.ensureUsers(on, wishes, bound())
}
/** `SET ROLE NONE`: in a session that acts as the user alone. */
const alone = { options: '-c role=none' }
const as = (user: string, where = database) => ({ user, password, database: where })
const grant = (on: EngineInstance, user: string, level: AccessLevel) =>
  bench.driver.accounts.setAccess(on, [{ user, database, level }], bound())
const ownerOf = async (on: EngineInstance, name: string) =>
  (await inspect(on, `SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = '${name}'`))[0]?.owner

describe('what a user of PostgreSQL took away is there again when access is granted', () => {
  it('the owner of the database and of what is in it', async () => {
    for (const on of instances) {
      await make(on, { ann: 'all', bob: 'read' })
      await query(on, as('ann'), 'CREATE TABLE notes (n int)')
      await query(on, { ...as('ann', 'postgres'), ...alone }, 'CREATE DATABASE of_ann')
      const taken = `ALTER DATABASE ${database} OWNER TO ann; REASSIGN OWNED BY coffer_owner_${database} TO ann`
      await query(on, { ...as('ann'), ...alone }, taken)
      await grant(on, 'bob', 'all')
      expect(await ownerOf(on, database)).toBe(`coffer_owner_${database}`)
      await query(on, as('bob'), 'ALTER TABLE notes ADD COLUMN more int; CREATE SCHEMA own')
      expect(await ownerOf(on, 'of_ann')).toBe('ann')
      await inspect(on, 'DROP DATABASE of_ann')
    }
  })

  it('the rights of its own role, which may be given to nobody any more', async () => {
    for (const on of instances) {
      await make(on, { ann: 'all', bob: 'read' })
      await query(on, as('ann'), `REVOKE ALL ON DATABASE ${database} FROM coffer_owner_${database}`)
      await query(on, as('ann', 'postgres'), 'SELECT 1')
      await query(on, as('ann', 'postgres'), `DROP OWNED BY coffer_owner_${database}`)
      await grant(on, 'ann', 'all')
      await query(on, as('ann'), 'CREATE SCHEMA own; CREATE TEMPORARY TABLE t ()')
      await query(on, as('ann', 'postgres'), 'SELECT 1')
    }
  })

  it('what those could do who read and write', async () => {
    for (const on of instances) {
      await make(on, { ann: 'all', bob: 'read', eve: 'write' })
      await query(on, as('ann'), 'CREATE TABLE notes (n int)')
      await query(on, { ...as('bob') }, `DROP OWNED BY coffer_reader_${database}`)
      const revoked = `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM coffer_writer_${database};
        ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM coffer_writer_${database};
        REVOKE ALL ON DATABASE ${database} FROM coffer_writer_${database}`
      await query(on, as('ann'), revoked)
      await grant(on, 'bob', 'read')
      await grant(on, 'eve', 'write')
      await query(on, as('ann'), 'CREATE TABLE later (n int)')
      await query(on, as('bob'), 'SELECT FROM notes, later')
      await query(on, as('eve'), 'INSERT INTO notes VALUES (1); INSERT INTO later VALUES (1)')
    }
  })

  it('the way into a database that was closed, or that loads what does not exist', async () => {
    for (const on of instances) {
      await make(on, { ann: 'all', bob: 'all' })
      await query(on, as('ann'), `ALTER DATABASE ${database} SET local_preload_libraries = 'nothing_of_the_kind'`)
      await grant(on, 'bob', 'read')
      await query(on, as('ann', 'postgres'), `ALTER DATABASE ${database} ALLOW_CONNECTIONS false`)
      await grant(on, 'bob', 'write')
      await inspect(on, `ALTER DATABASE ${database} RESET local_preload_libraries`)
      await query(on, as('bob'), 'SELECT 1')
    }
  })

  it('while the engine is as healthy as before', async () => {
    for (const on of instances) {
      await bench.driver.checkHealth(on, bound())
      await bench.driver.checkEndpoint(on, bound())
    }
  })
})

describe('a role of a level that somebody made in SQL', () => {
  it('is given no access to a database, which that one would share', async () => {
    const on = instances[0]
    if (!on || majorOf(on.installation.version) < 16) return
    await make(on, { ann: 'all' })
    const theirs = `their${count}`
    await query(on, as('ann'), `CREATE ROLE "coffer_reader_${theirs}"`)
    await bench.driver.accounts.ensureDatabases(on, [{ name: theirs }], bound())
    const wish = { name: 'carl', password, databases: [theirs], level: 'read' as const }
    await expect(bench.driver.accounts.ensureUsers(on, [wish], bound())).rejects.toMatchObject({
      code: 'USER_REFUSED',
      message: expect.stringMatching(/"coffer_reader_their\d+" was made in SQL and stands in the way/),
    })
    await query(on, as('ann'), `DROP ROLE "coffer_reader_${theirs}"`)
    await bench.driver.accounts.ensureUsers(on, [wish], bound())
  })
})

describe('what a user of PostgreSQL had, who is deleted', () => {
  it('goes to whoever uses the database, also the database itself, and one that nobody else knows of', async () => {
    for (const on of instances) {
      await make(on, { ann: 'all', bob: 'all' })
      const own = `own${count}`
      await query(on, { ...as('ann', 'postgres'), ...alone }, `CREATE DATABASE ${own}`)
      await query(on, { ...as('ann', own), ...alone }, 'CREATE TABLE hers (n int)')
      await query(on, { ...as('ann'), ...alone }, `ALTER DATABASE ${database} OWNER TO ann; CREATE SCHEMA hers`)
      await bench.driver.accounts.dropUsers(on, ['ann'], bound())
      expect(await ownerOf(on, database)).toBe(`coffer_owner_${database}`)
      await query(on, as('bob'), 'DROP SCHEMA hers')
      await query(on, as('bob', own), 'DROP TABLE hers')
      await query(on, as('bob', 'postgres'), `DROP DATABASE ${own}`)
    }
  })

  it('is found in a database that takes no connections, or is a template, and stays so', async () => {
    for (const on of instances) {
      await make(on, { ann: 'all', bob: 'all' })
      await query(on, { ...as('ann'), ...alone }, 'CREATE SCHEMA hers')
      const closed = `ALTER DATABASE ${database} IS_TEMPLATE true; ALTER DATABASE ${database} ALLOW_CONNECTIONS false`
      for (const statement of closed.split(';')) await query(on, as('ann', 'postgres'), statement)
      await bench.driver.accounts.dropUsers(on, ['ann'], bound())
      const form = `SELECT datistemplate AND NOT datallowconn AS "asBefore" FROM pg_database WHERE datname = '${database}'`
      expect(await inspect(on, form)).toEqual([{ asBefore: true }])
      await inspect(on, `ALTER DATABASE ${database} ALLOW_CONNECTIONS true`)
      await query(on, as('bob'), 'DROP SCHEMA hers')
    }
  })

  it('goes, where it was of root, to the database, whoever may use that then', async () => {
    const on = instances[0]
    if (!on) return
    await make(on, { ann: 'all' })
    await bench.driver.accounts.setRoot(on, password, bound())
    await query(on, as('root', 'postgres'), 'CREATE DATABASE of_root')
    await query(on, as('root', 'of_root'), 'CREATE TABLE made (n int)')
    await bench.driver.accounts.setRoot(on, null, bound())
    expect(await ownerOf(on, 'of_root')).toBe('coffer_owner_of_root')
    await bench.driver.accounts.ensureDatabases(on, [{ name: 'of_root', users: ['ann'] }], bound())
    await query(on, as('ann', 'of_root'), 'DROP TABLE made')
  })
})
