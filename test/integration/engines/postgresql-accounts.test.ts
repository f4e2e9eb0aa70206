import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { matchesScramVerifier } from '../../../agent/engines/postgresql/accounts/scram.ts'
import { passwordRefusal } from '../../../domain/values/password.ts'
import { type Bench, bound, connect, createBench, inspect, query } from './bench.ts'

let bench: Bench
let instance: EngineInstance
let oldest: EngineInstance
beforeAll(async () => {
  bench = await createBench()
  const installations = await bench.installations()
  const [first, last] = [installations[0], installations.at(-1)]
  if (first === undefined || last === undefined) throw new Error('no PostgreSQL is installed: npm install brings it')
  instance = await bench.prepare(first)
  oldest = await bench.prepare(last)
  await bench.start(instance)
  await bench.start(oldest)
})
afterAll(() => bench.close())

const ensure = async (
  on: EngineInstance,
  databases: string[],
  users: { name: string; password: string; databases: string[] }[],
) => {
  const wishes = databases.map((name) => ({ name }))
  await bench.driver.accounts.ensureDatabases(on, wishes, bound())
  await bench.driver.accounts.ensureUsers(on, users, bound())
}

let count = 0
/** Names and passwords of this test alone. */
let app: { user: string; password: string; database: string }
beforeEach(() => {
  count += 1
  app = { user: `app${count}`, password: `secret ${count} 'quoted'`, database: `shop${count}` }
})
const wish = () => ({ name: app.user, password: app.password, databases: [app.database] })

describe('databases and users of PostgreSQL', () => {
  it('let a user run migrations in its database, in the newest and the oldest version', async () => {
    for (const on of [instance, oldest]) {
      await ensure(on, [app.database], [wish()])
      const client = await connect(on, app)
      await client.query('CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL)')
      await client.query('ALTER TABLE orders ADD COLUMN paid boolean DEFAULT false')
      await client.query('CREATE SCHEMA reports')
      await client.query('CREATE VIEW reports.open AS SELECT * FROM orders WHERE NOT paid')
      await client.query('CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1')
      await client.query("INSERT INTO orders (note) VALUES ('first')")
      expect((await client.query('SELECT note FROM reports.open')).rows).toEqual([{ note: 'first' }])
      await client.query('DROP TABLE orders CASCADE')
      await client.end()
    }
  })

  it('are the same after a repeat, and after many at once', async () => {
    const others = [`${app.database}a`, `${app.database}b`]
    const user = { ...wish(), databases: [app.database, ...others] }
    await ensure(instance, [app.database], [wish()])
    await query(instance, app, 'CREATE TABLE kept AS SELECT 1 AS n')
    await Promise.all(Array.from({ length: 4 }, () => ensure(instance, [app.database, ...others], [user])))
    expect(await query(instance, app, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
    for (const database of others) await query(instance, { ...app, database }, 'CREATE TABLE works ()')
  })

  it('keep a user out of every other database', async () => {
    const other = { ...app, user: `${app.user}x`, database: `${app.database}x` }
    await ensure(
      instance,
      [app.database, other.database],
      [wish(), { name: other.user, password: other.password, databases: [other.database] }],
    )
    for (const database of [other.database, 'template1']) {
      await expect(query(instance, { ...app, database }, 'SELECT 1')).rejects.toMatchObject({ code: '42501' })
    }
    await expect(query(instance, { ...app, database: 'template0' }, 'SELECT 1')).rejects.toMatchObject({
      code: '55000',
    })
    await query(instance, other, 'SELECT 1')
  })

  it('change the password, and take away databases that are no longer named', async () => {
    const second = `${app.database}b`
    await ensure(instance, [app.database, second], [{ ...wish(), databases: [app.database, second] }])
    await ensure(instance, [], [{ ...wish(), password: 'another', databases: [second] }])
    await expect(query(instance, { ...app, database: second }, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    await query(instance, { ...app, password: 'another', database: second }, 'SELECT 1')
    await expect(query(instance, { ...app, password: 'another' }, 'SELECT 1')).rejects.toMatchObject({ code: '42501' })
  })

  it('may have any name, with quotes, spaces and letters of all kinds', async () => {
    const odd = `Robert'; DROP "TABLE" --${count}`
    const long = `${'ü'.repeat(31)}x`
    for (const name of [odd, long]) {
      await ensure(instance, [name], [{ name, password: `p\\'"$1 ü`, databases: [name] }])
      const login = { user: name, password: `p\\'"$1 ü`, database: name }
      expect(await query(instance, login, 'SELECT session_user AS me, current_database() AS here')).toEqual([
        { me: name, here: name },
      ])
    }
  })

  it('let a driver in with every password that is accepted', async () => {
    await ensure(instance, [app.database], [wish()])
    const accepted = fc
      .oneof(
        fc.stringMatching(/^[ -~]{8,60}$/),
        fc.stringMatching(/^[\u05d0-\u05ea]{4}[ -@]{0,8}[\u05d0-\u05ea]{4}$/),
        fc.string({ unit: 'binary', minLength: 8, maxLength: 20 }),
        fc.string({ unit: 'grapheme', minLength: 8, maxLength: 20 }),
      )
      .filter((password) => passwordRefusal('postgresql', password, 'password') === null)
    await fc.assert(
      fc.asyncProperty(accepted, async (password) => {
        await bench.driver.accounts.ensureUsers(instance, [{ ...wish(), password }], bound())
        await query(instance, { ...app, password }, 'SELECT 1')
      }),
      { numRuns: 40 },
    )
  })

  it('are refused where the name is reserved, too long or empty', async () => {
    for (const name of ['postgres', 'pg_mine', 'coffer_monitor', 'public']) {
      const refused = bench.driver.accounts.ensureUsers(instance, [{ ...wish(), name, databases: [] }], bound())
      await expect(refused).rejects.toMatchObject({ code: 'RESERVED_NAME' })
    }
    for (const [name, code] of [
      ['template1', 'RESERVED_NAME'],
      ['x'.repeat(64), 'INVALID_NAME'],
      ['', 'INVALID_NAME'],
    ] as const) {
      const refused = bench.driver.accounts.ensureDatabases(instance, [{ name }], bound())
      await expect(refused).rejects.toMatchObject({ code })
    }
  })

  it('are refused where a user is to use a database that does not exist, and the user is not made', async () => {
    const refused = bench.driver.accounts.ensureUsers(instance, [{ ...wish(), databases: ['nowhere'] }], bound())
    await expect(refused).rejects.toMatchObject({
      code: 'DATABASE_MISSING',
      message: expect.stringMatching(/"nowhere"/),
    })
    expect(await inspect(instance, `SELECT FROM pg_roles WHERE rolname = '${app.user}'`)).toEqual([])
  })

  it('are not affected by settings that an owner puts in the way of the agent', async () => {
    await ensure(instance, [app.database], [wish()])
    for (const setting of [`role = ${app.user}`, 'statement_timeout = 1', 'default_transaction_read_only = on']) {
      // The settings so far apply to this session as well; a statement that takes more than 1 ms would end with the second.
      await query(
        instance,
        { ...app, options: '-c statement_timeout=0' },
        `ALTER DATABASE ${app.database} SET ${setting}`,
      )
    }
    await ensure(instance, [app.database], [wish(), { ...wish(), name: `${app.user}b` }])
  })
})

describe('character set and collation of a PostgreSQL database', () => {
  const formOf = (name: string) =>
    inspect(
      instance,
      `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate AS collation FROM pg_database WHERE datname = '${name}'`,
    )
  const make = (form: { characterSet?: string; collation?: string }, on = instance) =>
    bench.driver.accounts.ensureDatabases(on, [{ name: app.database, ...form }], bound())

  it('are the ones asked for', async () => {
    for (const on of [instance, oldest]) {
      await make({ characterSet: 'LATIN1' }, on)
      await make({ characterSet: 'latin1', collation: 'C' }, on)
    }
    expect(await formOf(app.database)).toEqual([{ encoding: 'LATIN1', collation: 'C' }])
    app.database += 'b'
    await make({ characterSet: 'utf-8', collation: 'C.UTF-8' })
    expect(await formOf(app.database)).toEqual([{ encoding: 'UTF8', collation: 'C.UTF-8' }])
    app.database += 'c'
    await make({ characterSet: 'utf8' })
    expect(await formOf(app.database)).toMatchObject([{ encoding: 'UTF8' }])
  })

  it('are refused, and named, where the engine does not have them', async () => {
    for (const [form, message] of [
      [{ characterSet: 'KLINGON' }, /no character set "KLINGON"/],
      [{ collation: 'tlh_QO.UTF-8' }, /tlh_QO\.UTF-8/],
      [{ characterSet: 'LATIN1', collation: 'C.UTF-8' }, /character set "LATIN1" and collation "C.UTF-8"/],
      [{ collation: "C'; DROP ROLE x" }, /locale/],
    ] as const) {
      const refused = make(form)
      await expect(refused).rejects.toMatchObject({ name: 'EngineFault', code: 'DATABASE_REFUSED', retryable: false })
      await expect(refused).rejects.toThrow(message)
      expect(await formOf(app.database)).toEqual([])
    }
  })

  it('are not taken for others that an existing database has', async () => {
    await make({})
    await expect(make({ characterSet: 'LATIN1' })).rejects.toMatchObject({ code: 'DATABASE_DIFFERS' })
    await expect(make({ collation: 'POSIX' })).rejects.toMatchObject({ code: 'DATABASE_DIFFERS' })
    await make({ characterSet: 'UTF8' })
  })
})

describe('passwords in PostgreSQL', () => {
  it('are kept as the engine itself would keep them', async () => {
    await inspect(instance, `CREATE ROLE ${app.user} PASSWORD 'pässword of the engine'`)
    const [row] = await inspect(instance, `SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = '${app.user}'`)
    expect(await matchesScramVerifier('pässword of the engine', String(row?.verifier))).toBe(true)
    expect(await matchesScramVerifier('password of the engine', String(row?.verifier))).toBe(false)
  })

  it('do not come into the log, not even when a statement with one fails', async () => {
    const password = 'planted-9f3b1c'
    await ensure(instance, [app.database], [{ ...wish(), password }])
    await query(instance, { ...app, password }, `ALTER ROLE nobody_here PASSWORD '${password}'`).catch(() => undefined)
    await query(instance, { ...app, password }, `ALTER ROLE ${app.user} PASSWORD '${password}' nonsense`).catch(
      () => undefined,
    )
    await bench.driver.verifyEndpoint(instance, [{ ...wish(), password }], bound())
    const log = await readFile(instance.logFile, 'utf8')
    expect(log).toMatch(/nobody_here|nonsense/)
    expect(log).not.toContain(password)
    expect(log).not.toContain(instance.monitorPassword)
    expect(log).not.toContain('SCRAM-SHA-256$')
  })

  it('are refused when clients would send them in different bytes', async () => {
    for (const password of ['', 'ﬁne', 'soft\u00ADhyphen', 'e\u0301']) {
      const refused = bench.driver.accounts.ensureUsers(instance, [{ ...wish(), password, databases: [] }], bound())
      await expect(refused).rejects.toMatchObject({ code: 'PASSWORD_REFUSED' })
    }
  })
})
