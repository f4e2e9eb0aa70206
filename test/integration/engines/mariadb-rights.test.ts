import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EngineInstance, unlimited } from '../../../agent/engines/engine.ts'
import { createMariadbDriver } from '../../../agent/engines/mariadb/driver.ts'
import { withAdministration, withClient } from '../../../agent/engines/mariadb/session.ts'
import { userHostRefusal } from '../../../domain/values/user-host.ts'
import { bound, type EngineBench } from '../../support/engine-bench.ts'
import { openFetchedBench } from '../../support/fetched-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { isEndedBy } from './mariadb-bench.ts'

const engine = await fetchedEngine('mariadb')

describe('users of a MariaDB', () => {
  if ('missing' in engine) return it('have rights', (context) => context.skip(engine.missing))
  let bench: EngineBench
  let instance: EngineInstance
  beforeAll(async () => {
    bench = await openFetchedBench('mariadb', createMariadbDriver)
    const [newest] = await bench.installations()
    if (newest === undefined) throw new Error('MariaDB is not here')
    instance = await bench.prepare(newest)
    await bench.start(instance)
    await bench.driver.accounts.ensureDatabases?.(
      instance,
      ['my_shop', 'myxshop', 'other'].map((name) => ({ name })),
      bound(),
    )
  })
  afterAll(() => bench?.close())

  const wish = (name: string, ...databases: string[]) => ({ name, password: 'a secret of hers', databases })
  const ensure = (...wishes: ReturnType<typeof wish>[]) => bench.driver.accounts.ensureUsers(instance, wishes, bound())
  const as = (user: string, database: string | null, statement: string, password = 'a secret of hers') =>
    withClient(instance, { user, password, database }, bound(), (query) => query(statement))
  const refused = (number: number) => ({ name: 'ServerError', number })

  it('use their databases, and no other whose name fits a pattern', async () => {
    await ensure(wish('ann', 'my_shop'))
    await as('ann', 'my_shop', 'CREATE TABLE things (i INT)')
    await expect(as('ann', 'myxshop', 'SELECT 1')).rejects.toMatchObject(refused(1044))
    expect(await as('ann', null, 'SHOW DATABASES')).toEqual([
      { Database: 'information_schema' },
      { Database: 'my_shop' },
    ])
  })

  it('lose the rights that are not wished for any more', async () => {
    await ensure(wish('bob', 'my_shop', 'other'))
    await as('bob', 'other', 'SELECT 1')
    await ensure(wish('bob', 'my_shop'))
    await as('bob', 'my_shop', 'SELECT 1')
    await expect(as('bob', 'other', 'SELECT 1')).rejects.toMatchObject(refused(1044))
  })

  it('come from the addresses that they may come from, and from no others', async () => {
    const comesIn = (user: string) =>
      as(user, 'other', 'SELECT 1').then(
        () => true,
        () => false,
      )
    // The agent comes from 127.0.0.1.
    const hosts = {
      address: ['127.0.0.1', true],
      another: ['127.0.0.2', false],
      all: ['0.0.0.0/0', true],
      net8: ['127.0.0.0/8', true],
      net20: ['127.0.0.0/20', true],
      net31: ['127.0.0.0/31', true],
      net31b: ['127.0.0.2/31', false],
      net32: ['127.0.0.1/32', true],
      net10: ['10.0.0.0/8', false],
      high: ['192.0.0.0/3', false],
    } as const
    for (const [name, [host]] of Object.entries(hosts)) {
      expect(userHostRefusal('mariadb', host, 'host')).toBeNull()
      await bench.driver.accounts.ensureUsers(instance, [{ ...wish(name, 'other'), host }], bound())
    }
    for (const [name, [, isIn]] of Object.entries(hosts)) expect([name, await comesIn(name)]).toEqual([name, isIn])
    await bench.driver.accounts.dropUsers(instance, Object.keys(hosts), bound())
    expect(await comesIn('all')).toBe(false)
  })

  it('are given a database that is made later, and lose it when it is deleted: one of its name is not theirs', async () => {
    const { ensureDatabases, dropDatabases } = bench.driver.accounts
    await ensure(wish('dan', 'my_shop'))
    await ensureDatabases?.(instance, [{ name: 'later_on', users: ['dan', 'nobody_yet'] }], bound())
    await as('dan', 'later_on', 'CREATE TABLE t (i INT)')
    const login = { user: 'dan', password: 'a secret of hers', database: 'later_on' }
    expect(await isEndedBy(instance, login, async () => dropDatabases?.(instance, ['later_on'], bound()))).toBe(true)
    await ensureDatabases?.(instance, [{ name: 'later_on' }], bound())
    await expect(as('dan', 'later_on', 'SELECT 1')).rejects.toMatchObject(refused(1044))
    await as('dan', 'my_shop', 'SELECT 1')
  })

  it('administer nothing: no accounts, files, settings or sessions of others', async () => {
    await ensure(wish('eve', 'other'))
    for (const [statement, number] of [
      ["CREATE USER mallory@'%'", 1227],
      ["SELECT LOAD_FILE('/etc/hostname') IS NULL AS kept", null],
      ['SELECT 1 INTO OUTFILE "/tmp/coffer-of-a-test"', 1227],
      ['SET GLOBAL max_connections = 10', 1227],
      ['SELECT * FROM mysql.global_priv', 1142],
      ['INSTALL SONAME "ha_federatedx"', 1142],
      ['SHUTDOWN', 1227],
      ['CREATE DATABASE mine', 1044],
    ] as const) {
      if (number === null) expect(await as('eve', 'other', statement)).toEqual([{ kept: '1' }])
      else await expect(as('eve', 'other', statement), statement).rejects.toMatchObject(refused(number))
    }
    expect(
      await as('eve', 'other', 'SELECT COUNT(DISTINCT user) AS users FROM information_schema.processlist'),
    ).toEqual([{ users: '1' }])
  })

  it('are refused for a database that does not exist, with words that say so', async () => {
    await expect(ensure(wish('ann', 'nowhere'))).rejects.toMatchObject({ code: 'DATABASE_MISSING' })
  })

  it('cannot log in as the administrator or without TLS, from the network', async () => {
    await expect(as('root', null, 'SELECT 1', '')).rejects.toMatchObject(refused(1045))
    const accounts = await withAdministration(instance, bound(), (query) =>
      query("SELECT user, host FROM mysql.user WHERE host <> '%' AND user <> 'mariadb.sys'"),
    )
    expect(accounts).toHaveLength(1)
    const secured = await withAdministration(instance, bound(), (query) =>
      query("SELECT COUNT(*) AS open FROM mysql.user WHERE host = '%' AND ssl_type = ''"),
    )
    expect(secured).toEqual([{ open: '0' }])
  })

  it('have the character set and collation that was asked for, and a difference is told', async () => {
    const ensureOne = (characterSet?: string, collation?: string) => {
      const form = { ...(characterSet && { characterSet }), ...(collation && { collation }) }
      return bench.driver.accounts.ensureDatabases?.(instance, [{ name: 'formed', ...form }], bound())
    }
    await ensureOne('latin1', 'latin1_bin')
    await ensureOne('LATIN1')
    await expect(ensureOne('utf8mb4')).rejects.toMatchObject({ code: 'DATABASE_DIFFERS' })
    const wrong = bench.driver.accounts.ensureDatabases?.(instance, [{ name: 'odd', collation: 'klingon' }], bound())
    await expect(wrong).rejects.toMatchObject({ code: 'DATABASE_REFUSED' })
  })

  it('lose sessions that might write when the volume is full, and may ask for a session that deletes', async () => {
    await ensure(wish('ann', 'my_shop'))
    await as('ann', 'my_shop', 'INSERT INTO things VALUES (1), (2)')
    const login = { user: 'ann', password: 'a secret of hers', database: 'my_shop' }
    const fence = async () => {
      await bench.driver.configure(instance, { clients: 'served', volume: 'FULL' })
      await bench.driver.applyConfiguration(instance, bound())
    }
    expect(await isEndedBy(instance, login, fence)).toBe(true)
    await expect(as('ann', 'my_shop', 'INSERT INTO things VALUES (3)')).rejects.toMatchObject(refused(1792))
    await withClient(instance, login, bound(), async (query) => {
      await query('SET SESSION TRANSACTION READ WRITE')
      await query('DELETE FROM things')
    })
    await bench.driver.configure(instance, unlimited)
    await bench.driver.applyConfiguration(instance, bound())
    expect(await as('ann', 'my_shop', 'SELECT COUNT(*) AS n FROM things')).toEqual([{ n: '0' }])
  })

  describe('who take all the connections they can get', () => {
    /** Sessions of users, one after the other, until each has as many; what ends them. */
    const crowdOf = async (users: Readonly<Record<string, number>>) => {
      await ensure(...Object.keys(users).map((user) => wish(user, 'other')))
      await bench.driver.verifyEndpoint(instance, [], bound())
      const { promise: leave, resolve: letGo } = Promise.withResolvers<void>()
      const sessions: Promise<void>[] = []
      for (const [user, count] of Object.entries(users)) {
        for (let index = 0; index < count; index += 1) {
          const { promise: admitted, resolve: admit, reject: refuse } = Promise.withResolvers<void>()
          const login = { user, password: 'a secret of hers', database: 'other' }
          const stay = () => {
            admit()
            return leave
          }
          sessions.push(withClient(instance, login, bound(), stay).catch(refuse))
          await admitted
        }
      }
      return async () => {
        letGo()
        await Promise.all(sessions)
      }
    }
    /** Of an instance with 256 MiB. */
    const mostOfOne = 21

    it('leave room for the agent and for other users', async () => {
      await ensure(wish('ann', 'my_shop'))
      const leave = await crowdOf({ crowd: mostOfOne })
      await expect(as('crowd', 'other', 'SELECT 1')).rejects.toMatchObject(refused(1203))
      await bench.driver.checkEndpoint(instance, bound())
      await as('ann', 'my_shop', 'SELECT 1')
      await leave()
    })

    it('leave one to the agent where they are several, and the endpoint says that it is full', async () => {
      const leave = await crowdOf({ crowd: mostOfOne, mob: 3 })
      await bench.driver.checkHealth(instance, bound())
      await expect(bench.driver.checkEndpoint(instance, bound())).rejects.toMatchObject({ code: 'ENGINE_FULL' })
      await leave()
    })
  })
})
