import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildsOf } from '../../../agent/builds/builds.ts'
import { createPostgresqlDriver } from '../../../agent/engines/postgresql/driver.ts'
import { environmentOf } from '../../../agent/engines/run-program.ts'
import { createLocalEngines } from '../../../ops/engines/local-engines.ts'
import { bound, createEngineBench } from '../../support/engine-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { inspect, query } from './bench.ts'

const engine = await fetchedEngine('postgresql')
const password = 'a long enough password'

describe('PostgreSQL from the packages of the distribution', () => {
  if ('missing' in engine) return it('is fetched', (context) => context.skip(engine.missing))

  const bench = createEngineBench(async (directory) => {
    // Root's cache is closed to the accounts of engines.
    const said: string[] = []
    const engines = createLocalEngines(directory)
    const installed = await engines.install(
      { datastore: 'postgresql', version: null },
      (text) => said.push(text),
      bound(),
    )
    const build = join(buildsOf(directory, 'postgresql'), installed.version ?? '')
    expect(installed).toEqual({
      datastore: 'postgresql',
      version: expect.stringMatching(/^\d+\.\d+$/),
      source: 'fetched',
      directory: expect.stringMatching(new RegExp(`^${build}-[^/]+/usr/lib/postgresql/\\d+/bin$`)),
    })
    expect(await engines.list(bound())).toContainEqual(installed)
    const searchPaths = {
      nodeModules: [],
      buildRoots: [buildsOf(directory, 'postgresql')],
      systemRoots: [],
      binDirs: [],
    }
    return createPostgresqlDriver({ ...quietKernel, searchPaths })
  })
  afterAll(async () => (await bench).close())

  it('is installed without root, told as a list tells it, and serves clients by TLS with the libraries of the distribution', async () => {
    const { installations, prepare, start, driver } = await bench
    const [installation, ...others] = await installations()
    expect(others).toEqual([])
    if (!installation) throw new Error('the fetched PostgreSQL is not found')
    const { prefix = '' } = installation
    expect(environmentOf(installation)).toMatchObject({ LD_LIBRARY_PATH: expect.stringContaining(join(prefix, 'lib')) })
    const instance = await prepare(installation)
    await start(instance)
    await driver.accounts.ensureDatabases(instance, [{ name: 'shop' }], bound())
    await driver.accounts.ensureUsers(instance, [{ name: 'ann', password, databases: ['shop'] }], bound())
    const asked =
      "SELECT version(), xmlparse(document '<a/>')::text AS xml, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    const [answer] = await query(instance, { user: 'ann', password, database: 'shop' }, asked)
    expect(answer).toEqual({
      version: expect.stringContaining(`PostgreSQL ${installation.version} `),
      xml: '<a/>',
      ssl: true,
    })
    const [extension] = await inspect(instance, "SELECT count(*)::int AS n FROM pg_extension WHERE extname = 'plpgsql'")
    expect(extension).toEqual({ n: 1 })
  }, 120_000)

  it('is refused in words for a version that the distribution has not', async () => {
    const directory = join((await bench).directory, 'other')
    mkdirSync(directory)
    const refused = createLocalEngines(directory).install(
      { datastore: 'postgresql', version: '9.6' },
      () => {},
      bound(),
    )
    await expect(refused).rejects.toThrow(/^the package sources of this system have no PostgreSQL 9\.6, but \d+\.\d+/)
  }, 60_000)
})
