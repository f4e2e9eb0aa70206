import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { majorOf } from '../../../agent/engines/postgresql/version.ts'
import { type Bench, bound, connect, createBench, inspect, query } from './bench.ts'

let bench: Bench
/** The newest and the oldest version of this host, each with a database `shop` of two users and nothing else. */
let instances: readonly EngineInstance[]
beforeAll(async () => {
  bench = await createBench()
  const installations = await bench.installations()
  const ends = [...new Set([installations[0], installations.at(-1)])].filter((found) => found !== undefined)
  if (ends.length === 0) throw new Error('no PostgreSQL is installed: npm install brings it')
  instances = await Promise.all(ends.map((installation) => bench.prepare(installation)))
  for (const instance of instances) await bench.start(instance)
}, 120_000)
afterAll(() => bench.close())

const password = 'a long enough password'
const ensure = async (on: EngineInstance, databases: string[], users: Readonly<Record<string, string[]>>) => {
  await bench.driver.accounts.ensureDatabases(
    on,
    databases.map((name) => ({ name })),
    bound(),
  )
  const wishes = Object.entries(users).map(([name, used]) => ({ name, password, databases: used }))
  await bench.driver.accounts.ensureUsers(on, wishes, bound())
}
let count = 0
let database: string
beforeEach(() => {
  count += 1
  database = `shop${count}`
})
const as = (user: string, where = database) => ({ user, password, database: where })
const newest = (): EngineInstance => {
  const [first] = instances
  if (!first) throw new Error('no PostgreSQL is installed: npm install brings it')
  return first
}
const refused = (code: RegExp) => ({ code: expect.stringMatching(code) })

describe('users of one PostgreSQL database', () => {
  it('own together what each of them makes: they alter, drop and grant it, in schemas of their own too', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database], bob: [database] })
      await query(on, as('ann'), 'CREATE TABLE notes (id serial PRIMARY KEY, text text); CREATE SCHEMA own')
      await query(on, as('bob'), 'ALTER TABLE notes ADD COLUMN more int; CREATE INDEX ON notes (more)')
      await query(on, as('bob'), 'CREATE TABLE own.things (); GRANT SELECT ON notes TO PUBLIC')
      await query(on, as('ann'), 'ALTER TABLE own.things ADD COLUMN n int; DROP SCHEMA own CASCADE')
      await query(on, as('bob'), 'DROP TABLE notes')
    }
  })

  it('are still told apart: a session is of the user and acts as the owner', async () => {
    await ensure(newest(), [database], { ann: [database], bob: [database] })
    const who = 'SELECT session_user AS session, current_user AS acts'
    expect(await query(newest(), as('ann'), who)).toEqual([{ session: 'ann', acts: `coffer_owner_${database}` }])
    const pooled = await connect(newest(), as('bob'))
    await pooled.query('DISCARD ALL')
    expect((await pooled.query(who)).rows).toEqual([{ session: 'bob', acts: `coffer_owner_${database}` }])
    await pooled.end()
  })

  it('make databases, own them together, and drop them', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database], bob: [database] })
      const own = `own${count}`
      await query(on, as('ann'), `CREATE DATABASE ${own}`)
      await query(on, as('ann', own), 'CREATE TABLE things ()')
      await query(on, as('bob', own), 'ALTER TABLE things ADD COLUMN n int')
      await query(on, as('bob'), `DROP DATABASE ${own}`)
    }
  })

  it('make and drop databases from the maintenance database, where they may do nothing else', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database] })
      const there = as('ann', 'postgres')
      await query(on, there, `CREATE DATABASE own${count}`)
      await query(on, there, `DROP DATABASE own${count}`)
      for (const forbidden of [
        'CREATE TABLE things ()',
        'CREATE TEMPORARY TABLE things ()',
        'CREATE SCHEMA own',
        'SELECT pg_advisory_lock(0)',
        'SELECT pg_try_advisory_xact_lock_shared(0, 0)',
        "SELECT coffer_create_extension('dblink')",
      ])
        await expect(query(on, there, forbidden), forbidden).rejects.toMatchObject(refused(/^42501$/))
    }
  })

  it('make roles and use them, and none that may do more than they may', async () => {
    const on = newest()
    await ensure(on, [database], { ann: [database], bob: [database] })
    const role = `clerk${count}`
    await query(
      on,
      as('ann'),
      `CREATE ROLE ${role} LOGIN PASSWORD '${password}'; GRANT CONNECT ON DATABASE ${database} TO ${role}`,
    )
    await query(on, as('ann'), `CREATE SCHEMA ${role} AUTHORIZATION ${role}`)
    await query(on, as(role), `CREATE TABLE ${role}.till ()`)
    await query(on, as('bob'), `ALTER ROLE ${role} CONNECTION LIMIT 3; DROP OWNED BY ${role}; DROP ROLE ${role}`)
    for (const forbidden of [
      'CREATE ROLE more SUPERUSER',
      'CREATE ROLE more BYPASSRLS',
      'ALTER ROLE ann SUPERUSER',
      'ALTER ROLE coffer_monitor PASSWORD NULL',
      `ALTER ROLE coffer_owner_${database} CONNECTION LIMIT 1`,
      `GRANT coffer_owner_${database} TO coffer_monitor`,
      'GRANT pg_execute_server_program TO ann',
      'GRANT pg_write_server_files TO ann',
      'GRANT postgres TO ann',
      'DROP ROLE coffer_monitor',
    ])
      await expect(query(on, as('ann'), forbidden), forbidden).rejects.toMatchObject(refused(/^(42501|0LP01)$/))
  })

  it('cannot log in as the owner role, not even with a password that they gave it', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database] })
      await query(on, as('ann'), `ALTER ROLE coffer_owner_${database} PASSWORD '${password}'`)
      await expect(query(on, as(`coffer_owner_${database}`), 'SELECT 1')).rejects.toMatchObject(refused(/^28/))
    }
  })

  it('act as themselves where a connection asks for it', async () => {
    await ensure(newest(), [database], { ann: [database] })
    const login = { ...as('ann'), options: '-c role=none' }
    expect(await query(newest(), login, 'SELECT current_user AS me')).toEqual([{ me: 'ann' }])
    await query(newest(), login, `CREATE DATABASE own${count} OWNER ann`)
    await query(newest(), login, `DROP DATABASE own${count}`)
  })

  it('get nothing of the server or its host', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database] })
      for (const forbidden of [
        'ALTER SYSTEM SET fsync = off',
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/of-a-tenant'",
        "SELECT pg_read_file('pg_hba.conf')",
        "SELECT pg_ls_dir('.')",
        'SELECT rolpassword FROM pg_authid',
        'SET ROLE postgres',
        "SET session_preload_libraries = 'x'",
        'CREATE EXTENSION file_fdw',
        'CREATE EXTENSION pageinspect',
        'CREATE LANGUAGE plpython3u',
        "SELECT coffer_create_extension('file_fdw')",
        "SELECT coffer_create_extension('dblink; DROP DATABASE x')",
        "SELECT lo_import('/etc/passwd')",
      ])
        await expect(query(on, as('ann'), forbidden), forbidden).rejects.toMatchObject(refused(/^(42501|0A000)$/))
    }
  })

  it('cannot become the superuser by a connection from the server to itself', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database] })
      await query(on, as('ann'), "SELECT coffer_create_extension('dblink'), coffer_create_extension('postgres_fdw')")
      const own = `host=${on.runDir} port=${on.listen.port} dbname=postgres user=postgres`
      for (const connection of [own, `${own} password=any`, `${own} password=any require_auth=none`])
        await expect(query(on, as('ann'), `SELECT dblink_connect('${connection}')`)).rejects.toMatchObject(
          refused(/^(2F003|08001|08006)$/),
        )
      await query(
        on,
        as('ann'),
        `CREATE SERVER own FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${on.runDir}', port '${on.listen.port}', dbname 'postgres');
         CREATE USER MAPPING FOR PUBLIC SERVER own OPTIONS (user 'postgres', password 'any');
         CREATE FOREIGN TABLE secrets (rolname text, rolpassword text) SERVER own OPTIONS (schema_name 'pg_catalog', table_name 'pg_authid')`,
      )
      await expect(query(on, as('ann'), 'SELECT * FROM secrets')).rejects.toMatchObject(
        refused(/^(2F003|08001|08006)$/),
      )
      await expect(
        query(on, as('ann'), "ALTER USER MAPPING FOR PUBLIC SERVER own OPTIONS (ADD password_required 'false')"),
      ).rejects.toMatchObject(refused(/^42501$/))
    }
  })

  it('see and end the sessions of all, read the statistics of statements, and pass both rights on', async () => {
    const on = await bench.prepare((await bench.installations())[0] as never)
    await bench.start(on)
    await ensure(on, [database], { ann: [database], bob: [database] })
    const bob = await connect(on, as('bob'))
    const [{ pid } = { pid: 0 }] = (await bob.query<{ pid: number }>("SELECT pg_backend_pid() AS pid, 'of bob'")).rows
    const [seen] = await query(on, as('ann'), `SELECT query FROM pg_stat_activity WHERE pid = ${pid}`)
    expect(seen?.query).toMatch(/of bob/)
    expect(await query(on, as('ann'), `SELECT pg_terminate_backend(${pid}) AS ended`)).toEqual([{ ended: true }])
    await query(on, as('ann'), "SELECT coffer_create_extension('pg_stat_statements')")
    const statements = await query(
      on,
      as('ann'),
      "SELECT query FROM pg_stat_statements WHERE query ~ 'of bob|backend_pid'",
    )
    expect(statements.length).toBeGreaterThan(0)
    await query(on, as('ann'), 'CREATE ROLE watcher; GRANT pg_monitor TO watcher')
    const superuser = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'"
    await expect(query(on, as('ann'), superuser)).rejects.toMatchObject(refused(/^42501$/))
  })
})

describe('users of several databases of one PostgreSQL', () => {
  it('see, end and replicate what is of all databases only where they may use all of them', async () => {
    const on = await bench.prepare((await bench.installations())[0] as never)
    await bench.start(on)
    const attributes = async () =>
      Object.fromEntries(
        (
          await inspect(
            on,
            `SELECT rolname AS name, rolreplication AND (NOT rolname ~ 'owner' OR pg_has_role(oid, 'pg_monitor', 'USAGE')) AS spans
             FROM pg_roles WHERE rolname ~ '^(ann|bob|eve|coffer_owner)'`,
          )
        ).map(({ name, spans }) => [name, spans]),
      )
    await ensure(on, ['one'], { ann: ['one'], bob: ['one'] })
    expect(await attributes()).toEqual({ ann: true, bob: true, coffer_owner_one: true })

    await ensure(on, ['two'], { ann: ['one', 'two'], eve: ['two'] })
    expect(await attributes()).toEqual({
      ...{ ann: true, bob: false, eve: false },
      ...{ coffer_owner_one: false, coffer_owner_two: false },
    })
    const secret = await connect(on, as('bob', 'one'))
    await secret.query("SELECT 'a secret of bob'")
    const seen = await query(
      on,
      as('eve', 'two'),
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query ~ 'secret of' AND pid <> pg_backend_pid()",
    )
    expect(seen).toEqual([{ n: 0 }])
    await secret.end()

    await ensure(on, [], { bob: ['one', 'two'], eve: ['one', 'two'] })
    expect(Object.values(await attributes())).toEqual([true, true, true, true, true])
  })

  it('do not share a database with a role that one of them made to that end', async () => {
    const on = newest()
    await ensure(on, [database], { ann: [database] })
    await query(on, as('ann'), `CREATE ROLE "coffer_owner_later${count}"`)
    await expect(ensure(on, [`later${count}`], {})).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringMatching(/was made in SQL and stands in the way/),
    })
    await query(on, as('ann'), `DROP ROLE "coffer_owner_later${count}"`)
    await ensure(on, [`later${count}`], {})
  })
})

describe('the extensions of a PostgreSQL', () => {
  const list = 'SELECT name FROM pg_available_extensions WHERE installed_version IS NULL ORDER BY name'

  it('that are listed can all be created, and those that lack a library are not listed', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database] })
      const names = (await query(on, as('ann'), list)).map(({ name }) => String(name))
      expect(names).toContain('pg_trgm')
      const files = await inspect(on, "SELECT name FROM pg_available_extensions() WHERE name <> 'plpgsql'")
      if (on.installation.source === 'npm') {
        expect(files.map(({ name }) => name)).toContain('plpython3u')
        expect(names).not.toContain('plpython3u')
      }
      await inspect(on, `CREATE DATABASE probe${count}`)
      for (const name of names) {
        const text = `BEGIN; CREATE EXTENSION "${name}" CASCADE; ROLLBACK`
        await inspect(on, text, `probe${count}`)
      }
    }
  })

  it('that are trusted are created by users themselves, and those that are offered by a function, and dropped by any of them', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database], bob: [database] })
      for (const trusted of ['pgcrypto', 'hstore', 'pg_trgm', 'citext', 'uuid-ossp', 'ltree', 'btree_gist', 'unaccent'])
        await query(on, as('ann'), `CREATE EXTENSION "${trusted}"`)
      await query(on, as('bob'), 'ALTER EXTENSION hstore UPDATE; DROP EXTENSION hstore')
      await expect(query(on, as('ann'), 'CREATE EXTENSION postgres_fdw')).rejects.toMatchObject(refused(/^42501$/))
      await query(on, as('ann'), "SELECT coffer_create_extension('postgres_fdw')")
      await query(on, as('bob'), 'CREATE EXTENSION IF NOT EXISTS postgres_fdw')
      await query(on, as('bob'), 'CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw; DROP SERVER elsewhere')
      await query(
        on,
        as('bob'),
        "COMMENT ON EXTENSION postgres_fdw IS 'ours'; SELECT coffer_create_extension('postgres_fdw')",
      )
      await expect(
        query(on, as('bob'), 'ALTER FUNCTION postgres_fdw_handler() OWNER TO CURRENT_USER'),
      ).rejects.toMatchObject(refused(/^42501$/))
      await query(on, as('bob'), 'DROP EXTENSION postgres_fdw')
      for (const name of ['dblink', 'pg_stat_statements', 'pgstattuple', 'sslinfo', 'bloom', 'moddatetime'])
        await query(on, as('ann'), `SELECT coffer_create_extension('${name}')`)
      await inspect(on, `DROP DATABASE ${database}`)
      const left =
        "SELECT count(*)::int AS n FROM pg_shdepend WHERE classid = 'pg_extension'::regclass AND dbid NOT IN (SELECT oid FROM pg_database)"
      expect(await inspect(on, left)).toEqual([{ n: 0 }])
    }
  })

  it('are created and dropped by Coffer for all who use the database, whether trusted or offered', async () => {
    for (const on of instances) {
      await ensure(on, [database], { ann: [database], bob: [database] })
      const set = (name: string, present: boolean) =>
        bench.driver.setExtension(on, { database, name, present }, bound())
      for (const name of ['pg_trgm', 'pg_trgm', 'postgres_fdw', 'pg_stat_statements']) await set(name, true)
      const [found] = await query(on, as('ann'), "SELECT similarity('a', 'a')::int AS same")
      expect(found).toEqual({ same: 1 })
      await query(on, as('bob'), 'DROP EXTENSION postgres_fdw')
      await query(on, as('ann'), 'CREATE TABLE words (word text); CREATE INDEX ON words USING gin (word gin_trgm_ops)')
      await expect(set('pg_trgm', false)).rejects.toMatchObject({ code: 'EXTENSION_REFUSED' })
      await query(on, as('ann'), 'DROP TABLE words')
      for (const name of ['pg_trgm', 'pg_trgm', 'pg_stat_statements']) await set(name, false)
      for (const name of ['file_fdw', 'plpython3u', 'nothing_of_the_kind'])
        await expect(set(name, true)).rejects.toMatchObject({
          code: 'EXTENSION_REFUSED',
          message: expect.stringMatching(/is not offered: there is .*bloom.*pg_trgm/),
        })
      await expect(
        bench.driver.setExtension(on, { database: 'nowhere', name: 'pg_trgm', present: true }, bound()),
      ).rejects.toMatchObject({ code: 'DATABASE_MISSING' })
      const left = await inspect(on, "SELECT extname AS name FROM pg_extension WHERE extname <> 'plpgsql'", database)
      expect(left).toEqual([])
    }
  })

  it('are for the owners of a database alone, in those that they made too', async () => {
    const on = newest()
    await ensure(on, [database], { ann: [database] })
    await query(on, as('ann'), `CREATE DATABASE own${count}`)
    await query(on, as('ann', `own${count}`), "SELECT coffer_create_extension('pg_stat_statements')")
    await query(
      on,
      as('ann'),
      `CREATE ROLE guest${count} LOGIN PASSWORD '${password}'; GRANT CONNECT ON DATABASE ${database} TO guest${count}`,
    )
    await expect(query(on, as(`guest${count}`), "SELECT coffer_create_extension('dblink')")).rejects.toMatchObject(
      refused(/^42501$/),
    )
  })
})

describe('the rights of PostgreSQL 15', () => {
  it('are without CREATEROLE, which there is as good as a superuser', async () => {
    const old = instances.find(({ installation }) => majorOf(installation.version) < 16)
    const holders = old
      ? await inspect(old, "SELECT rolname FROM pg_roles WHERE rolcreaterole AND rolname <> 'postgres'")
      : []
    expect(holders).toEqual([])
  })
})
