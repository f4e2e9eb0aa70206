import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { createCertificateAuthority } from '../../../agent/tls/authority.ts'
import { type Bench, bound, createBench, inspect, query } from './bench.ts'

const run = promisify(execFile)
const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
)

let bench: Bench
let instance: EngineInstance
const app = { user: 'app', password: 'a secret of app', database: 'app' }
const user = { name: app.user, password: app.password, databases: [app.database] }
beforeAll(async () => {
  bench = await createBench()
  instance = await bench.prepare(await bench.installation('17.10'))
  await bench.start(instance)
  await bench.driver.accounts.ensureDatabases(instance, [{ name: app.database }], bound())
  await bench.driver.accounts.ensureUsers(instance, [user], bound())
})
afterAll(() => bench.close())

const psql = (parameters: Record<string, string | number>, password = app.password) => {
  const all = { host: '127.0.0.1', port: instance.listen.port, user: app.user, dbname: app.database, ...parameters }
  const conninfo = Object.entries(all)
    .map(([name, value]) => `${name}='${value}'`)
    .join(' ')
  return run(
    'psql',
    ['-XAtc', 'SELECT session_user, ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()', conninfo],
    {
      env: { PATH: process.env.PATH, PGPASSWORD: password },
    },
  )
}

describe('the endpoint of a PostgreSQL', () => {
  it('refuses a wrong password and an unknown user in the same words', async () => {
    const failure = (login: Partial<typeof app>) => query(instance, { ...app, ...login }, 'SELECT 1').catch((e) => e)
    expect(await failure({ password: 'wrong' })).toMatchObject({ code: '28P01' })
    expect(await failure({ user: 'nobody' })).toMatchObject({ code: '28P01' })
  })

  it('refuses a connection without TLS', async () => {
    await expect(query(instance, { ...app, ssl: false }, 'SELECT 1')).rejects.toMatchObject({
      code: '28000',
      message: expect.stringContaining('no encryption'),
    })
  })

  it('refuses TLS older than 1.2', async () => {
    const old = {
      ca: bench.authority.certificate,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const
    await expect(query(instance, { ...app, ssl: old }, 'SELECT 1')).rejects.toThrow(/tlsv1 alert protocol version/)
    const newest = { ca: bench.authority.certificate, maxVersion: 'TLSv1.2' } as const
    await query(instance, { ...app, ssl: newest }, 'SELECT 1')
  })

  it('refuses the superuser, whatever the password', async () => {
    await inspect(instance, "ALTER ROLE postgres PASSWORD 'known'")
    for (const ssl of [{ ca: bench.authority.certificate }, false]) {
      const login = { user: 'postgres', password: 'known', database: 'postgres', ssl }
      await expect(query(instance, login, 'SELECT 1')).rejects.toMatchObject({ code: '28000' })
    }
    await inspect(instance, 'ALTER ROLE postgres PASSWORD NULL')
  })

  it('lets nobody but the superuser in over the socket', async () => {
    const client = new pg.Client({ ...app, host: instance.runDir, port: instance.listen.port })
    await expect(client.connect()).rejects.toMatchObject({ code: '28000' })
  })

  it('does not take the CA for granted: a client that trusts another one refuses the server', async () => {
    const other = await createCertificateAuthority(
      { now: () => new Date() },
      { directory: join(bench.directory, 'other-ca'), name: 'Another CA' },
    )
    await expect(query(instance, { ...app, ssl: { ca: other.certificate } }, 'SELECT 1')).rejects.toThrow(/certificate/)
  })

  it.skipIf(!hasPsql)('is accepted by psql with sslmode=verify-full, by address and by name (needs psql)', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const { stdout } = await psql({
        host,
        hostaddr: '127.0.0.1',
        sslmode: 'verify-full',
        sslrootcert: instance.tls.ca,
      })
      expect(stdout.trim()).toBe('app|t|TLSv1.3')
    }
  })

  it.skipIf(!hasPsql)(
    'is refused by psql under a name its certificate does not have, and without TLS (needs psql)',
    async () => {
      const verify = { sslmode: 'verify-full', sslrootcert: instance.tls.ca }
      await expect(psql({ ...verify, host: 'db.example.org', hostaddr: '127.0.0.1' })).rejects.toThrow(
        /does not match host name/,
      )
      await expect(psql({ sslmode: 'disable' })).rejects.toThrow(/no encryption/)
      await expect(psql(verify, 'wrong')).rejects.toThrow(/password authentication failed/)
    },
  )
})

describe('verifying the endpoint', () => {
  it('connects as the monitor account and as each user in each database', async () => {
    await bench.driver.verifyEndpoint(instance, [user], bound())
    await bench.driver.verifyEndpoint(instance, [user], bound())
    const login = { user: 'coffer_monitor', password: instance.monitorPassword }
    await query(instance, { ...login, database: 'postgres' }, 'SELECT 1')
    await expect(query(instance, { ...login, database: app.database }, 'SELECT 1')).rejects.toMatchObject({
      code: '42501',
    })
    await expect(query(instance, { ...login, database: 'postgres' }, 'CREATE TABLE mine ()')).rejects.toMatchObject({
      code: '42501',
    })
  })

  it('puts the monitor account right when it is missing or has another password', async () => {
    await bench.driver.verifyEndpoint({ ...instance, monitorPassword: 'the next one' }, [], bound())
    await inspect(instance, 'REVOKE ALL ON DATABASE postgres FROM coffer_monitor; DROP ROLE coffer_monitor')
    await bench.driver.verifyEndpoint(instance, [], bound())
  })

  it('fails for a wrong password, an unknown user and a database that the user may not use', async () => {
    for (const wrong of [
      { ...user, password: 'wrong' },
      { ...user, name: 'nobody' },
      { ...user, databases: ['template1'] },
      { ...user, databases: ['nowhere'] },
      { ...user, password: 'wrong', databases: [] },
    ]) {
      await expect(bench.driver.verifyEndpoint(instance, [user, wrong], bound())).rejects.toMatchObject({
        name: 'EngineFault',
        code: 'ENDPOINT_NOT_VERIFIED',
      })
    }
  })

  it('is content with the password of a user without databases', async () => {
    await bench.driver.accounts.ensureUsers(instance, [{ name: 'guest', password: 'guest', databases: [] }], bound())
    await bench.driver.verifyEndpoint(instance, [{ name: 'guest', password: 'guest', databases: [] }], bound())
  })

  it('fails when the certificate is not for the address, or not of the CA', async () => {
    const directory = join(bench.directory, 'other-tls')
    await mkdir(directory)
    const other = await createCertificateAuthority(
      { now: () => new Date() },
      { directory: join(bench.directory, 'yet-another-ca'), name: 'Yet another CA' },
    )
    const tls = await other.ensureServerCertificate({ directory, owner: null, addresses: [] })
    await expect(bench.driver.verifyEndpoint({ ...instance, tls }, [], bound())).rejects.toMatchObject({
      name: 'EngineFault',
      code: 'ENDPOINT_NOT_TRUSTED',
      message: expect.stringMatching(/certificate/),
    })
    const elsewhere = { ...instance, listen: { ...instance.listen, address: '127.0.0.2' } }
    const listening = await bench.prepare(instance.installation, {
      listen: { ...elsewhere.listen, port: instance.listen.port },
      // What clients are told, and the certificate does not name.
      publishedAs: '127.0.0.2',
    })
    await bench.start(listening)
    await expect(bench.driver.verifyEndpoint(listening, [], bound())).rejects.toMatchObject({
      code: 'ENDPOINT_NOT_TRUSTED',
      message: expect.stringMatching(/127\.0\.0\.2/),
    })
  })
})
