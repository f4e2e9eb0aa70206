import { copyFile, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { majorOf } from '../../../agent/engines/postgresql/version.ts'
import {
  django,
  flyway,
  graphileMigrate,
  postgresqlClients,
  prisma,
  runTool,
  type Tool,
} from '../../support/postgresql-tools/tools.ts'
import { type Bench, bound, createBench, inspect, query } from './bench.ts'

const password = 'a long enough password'
const support = join(import.meta.dirname, '../../support/postgresql-tools')
let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench.close())

const pathOf = (tool: Tool, context: TestContext): string =>
  'missing' in tool ? context.skip(tool.missing) : tool.path

/** An instance with one database and one user, as the API makes it. */
const open = async (major: number | null, database: string): Promise<EngineInstance> => {
  const installations = await bench.installations()
  const chosen = installations.find(({ version }) => major === null || majorOf(version) === major)
  if (!chosen) throw new Error(`no PostgreSQL ${major ?? ''} is installed: npm install brings it`)
  const instance = await bench.prepare(chosen)
  await bench.start(instance)
  await bench.driver.accounts.ensureDatabases(instance, [{ name: database }], bound())
  await bench.driver.accounts.ensureUsers(instance, [{ name: 'ann', password, databases: [database] }], bound())
  return instance
}

const environment = ({ listen, tls }: EngineInstance, database: string) => ({
  PGHOST: listen.address,
  PGPORT: String(listen.port),
  PGDATABASE: database,
  PGUSER: 'ann',
  PGPASSWORD: password,
  PGSSLMODE: 'verify-full',
  PGSSLROOTCERT: tls.ca,
})
const login = (database: string) => ({ user: 'ann', password, database })

describe('a user with the tools of his trade', () => {
  it("runs Django's migrations and its test runner, which makes and drops a database", async (context) => {
    const packages = pathOf(await django(), context)
    const instance = await open(null, 'shop')
    const env = {
      ...environment(instance, 'shop'),
      PYTHONPATH: packages,
      PYTHONDONTWRITEBYTECODE: '1',
      DJANGO_SETTINGS_MODULE: 'settings',
    }
    const manage = (...args: string[]) => runTool('python3', ['-m', 'django', ...args], env, join(support, 'django'))
    await manage('migrate')
    await manage('migrate', 'shop', 'zero')
    const said = await manage('test', '--noinput', 'shop')
    expect(said).toMatch(/Ran 2 tests/)
    expect(said).toMatch(/^OK$/m)
    expect(await inspect(instance, "SELECT datname FROM pg_database WHERE datname = 'test_shop'")).toEqual([])
  })

  it('runs a migration tool that makes, resets and compares a shadow database', async (context) => {
    const program = pathOf(await graphileMigrate(), context)
    const instance = await open(null, 'shop')
    const folder = await mkdtemp(join(bench.directory, 'graphile-'))
    await mkdir(join(folder, 'migrations'))
    const uri = (database: string) =>
      `postgres://ann:${encodeURIComponent(password)}@${instance.listen.address}:${instance.listen.port}/${database}` +
      `?sslmode=verify-full&sslrootcert=${encodeURIComponent(instance.tls.ca)}`
    // It gives the shadow database to the user by name, which the owner role may not: so here the user is himself.
    const asUser = (database: string) => `${uri(database)}&options=-c%20role%3Dnone`
    const env = {
      DATABASE_URL: uri('shop'),
      SHADOW_DATABASE_URL: asUser('shadow'),
      ROOT_DATABASE_URL: asUser('postgres'),
    }
    await writeFile(join(folder, '.gmrc'), '{}')
    await writeFile(
      join(folder, 'migrations', 'current.sql'),
      'DROP TABLE IF EXISTS orders; CREATE TABLE orders (id serial PRIMARY KEY, note text NOT NULL);',
    )
    await query(instance, login('shop'), 'CREATE DATABASE shadow')
    await runTool(process.execPath, [program, 'commit'], env, folder)
    await runTool(process.execPath, [program, 'reset', '--shadow', '--erase'], env, folder)
    expect(await query(instance, login('shop'), "INSERT INTO orders (note) VALUES ('x') RETURNING id")).toEqual([
      { id: 1 },
    ])
    expect(
      await query(instance, { ...login('shadow'), options: '-c role=none' }, 'SELECT count(*)::int AS n FROM orders'),
    ).toEqual([{ n: 0 }])
  })

  it("runs Prisma's migrations, which make and drop a shadow database", async (context) => {
    const packages = pathOf(await prisma(), context)
    // On any PostgreSQL 18, this engine fails at describing the tables there are.
    const instance = await open(17, 'shop')
    const folder = await mkdtemp(join(bench.directory, 'prisma-'))
    await symlink(join(packages, 'node_modules'), join(folder, 'node_modules'))
    await copyFile(join(support, 'prisma', 'prisma.config.mjs'), join(folder, 'prisma.config.mjs'))
    await copyFile(join(support, 'prisma', 'schema.prisma'), join(folder, 'schema.prisma'))
    const env = {
      ...environment(instance, 'shop'),
      CHECKPOINT_DISABLE: '1',
      PRISMA_CLIENT_ENGINE_TYPE: 'client',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    }
    const migrate = (...args: string[]) =>
      runTool(process.execPath, ['node_modules/prisma/build/index.js', 'migrate', ...args], env, folder)
    await migrate('dev', '--name', 'orders', '--skip-generate')
    expect(await query(instance, login('shop'), "INSERT INTO orders (note) VALUES ('x') RETURNING id")).toEqual([
      { id: 1 },
    ])
    expect(await migrate('status')).toMatch(/Database schema is up to date/)
    const schema = join(folder, 'schema.prisma')
    await writeFile(
      schema,
      (await readFile(schema, 'utf8')).replace('  note ', '  paid Boolean @default(false)\n  note '),
    )
    // The first migration is carried out in the shadow database, to find out what the second must do.
    await migrate('dev', '--name', 'paid', '--skip-generate')
    expect(await query(instance, login('shop'), 'SELECT note, paid FROM orders')).toEqual([{ note: 'x', paid: false }])
    await migrate('reset', '--force', '--skip-generate')
    expect(await query(instance, login('shop'), 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 0 }])
    expect(await inspect(instance, "SELECT datname FROM pg_database WHERE datname ~ 'shadow'")).toEqual([])
  })

  it('runs Flyway: migrations, validation and a clean', async (context) => {
    const jars = pathOf(await flyway(), context)
    const instance = await open(null, 'shop')
    const folder = await mkdtemp(join(bench.directory, 'flyway-'))
    await writeFile(
      join(folder, 'V1__orders.sql'),
      'CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE TABLE orders (id int PRIMARY KEY, note text);',
    )
    await writeFile(join(folder, 'V2__index.sql'), 'CREATE INDEX ON orders USING gin (note gin_trgm_ops);')
    const { address, port } = instance.listen
    const url = `jdbc:postgresql://${address}:${port}/shop?sslmode=verify-full&sslrootcert=${instance.tls.ca}`
    const source = join(support, 'flyway', 'Migrate.java')
    const said = await runTool('java', ['-cp', `${jars}/*`, source, url, 'ann', folder], { PGPASSWORD: password })
    expect(said).toMatch(/^migrated 2$/m)
  })

  it('dumps a database and restores it into another instance, with extensions and without an error', async (context) => {
    const clients = pathOf(await postgresqlClients(), context)
    const from = await open(17, 'shop')
    await query(
      from,
      login('shop'),
      `CREATE EXTENSION pg_trgm; SELECT coffer_create_extension('postgres_fdw');
       CREATE SCHEMA own; CREATE TABLE own.orders (id serial PRIMARY KEY, note text);
       INSERT INTO own.orders (note) SELECT 'order ' || n FROM generate_series(1, 1000) n;
       CREATE FUNCTION own.one() RETURNS int LANGUAGE sql RETURN 1; CREATE VIEW own.all AS SELECT * FROM own.orders;
       CREATE MATERIALIZED VIEW own.sums AS SELECT count(*)::int AS n FROM own.orders; COMMENT ON TABLE own.orders IS 'ours'`,
    )
    const dump = join(bench.directory, 'shop.dump')
    await runTool(join(clients, 'bin', 'pg_dump'), ['--format=custom', `--file=${dump}`], environment(from, 'shop'))
    const text = await runTool(join(clients, 'bin', 'pg_restore'), ['--file=-', '--schema-only', dump], {})
    expect(text).not.toMatch(/coffer_create_extension/)

    const to = await open(17, 'shop')
    await query(to, login('shop'), "SELECT coffer_create_extension('postgres_fdw')")
    const restore = ['--exit-on-error', '--dbname=shop', dump]
    await runTool(join(clients, 'bin', 'pg_restore'), restore, environment(to, 'shop'))
    expect(await query(to, login('shop'), 'SELECT count(*)::int AS n FROM own.all')).toEqual([{ n: 1000 }])

    const elsewhere = await open(17, 'store')
    const bare = ['--no-owner', '--no-acl', ...restore.map((word) => word.replace('=shop', '=store'))]
    await query(elsewhere, login('store'), "SELECT coffer_create_extension('postgres_fdw')")
    await runTool(join(clients, 'bin', 'pg_restore'), bare, environment(elsewhere, 'store'))
    expect(await query(elsewhere, login('store'), 'SELECT n FROM own.sums')).toEqual([{ n: 1000 }])
  })

  it('subscribes in one instance to what is published in another', async () => {
    const [publisher, subscriber] = [await open(null, 'shop'), await open(null, 'copy')]
    const table = 'CREATE TABLE orders (id int PRIMARY KEY, note text)'
    await query(publisher, login('shop'), `${table}; INSERT INTO orders VALUES (1, 'before')`)
    await query(publisher, login('shop'), 'CREATE PUBLICATION orders FOR TABLE orders')
    await query(subscriber, login('copy'), table)
    const { address, port } = publisher.listen
    const connection = `host=${address} port=${port} dbname=shop user=ann password='${password}' sslmode=require`
    await query(
      subscriber,
      login('copy'),
      `CREATE SUBSCRIPTION orders CONNECTION ${pg.escapeLiteral(connection)} PUBLICATION orders`,
    )
    await query(publisher, login('shop'), "INSERT INTO orders VALUES (2, 'after')")
    const copied = () => query(subscriber, login('copy'), 'SELECT id FROM orders ORDER BY id')
    await expect.poll(copied, { timeout: 60_000 }).toEqual([{ id: 1 }, { id: 2 }])
    await query(subscriber, login('copy'), 'DROP SUBSCRIPTION orders')
    expect(await query(publisher, login('shop'), 'SELECT slot_name FROM pg_replication_slots')).toEqual([])
  })
})
