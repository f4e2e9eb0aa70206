import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { ConnectionTarget } from '../../../../domain/engines/descriptor.ts'
import { postgresql } from '../../../../domain/engines/postgresql.ts'
import { saveCaCertificate } from '../../../../ops/cli/ca-certificate.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const temp = createTempDir('connection-uri')
const caFile = saveCaCertificate('a certificate\n', temp.path)
const target: ConnectionTarget = {
  endpoint: { host: '127.0.0.1', port: 15_432 },
  user: 'app',
  password: 'secret',
  database: 'app',
  caFile,
}

describe('a connection URI', () => {
  it('verifies the server against the CA in a file', () => {
    expect(postgresql.uri(target)).toBe(
      `postgresql://app:secret@127.0.0.1:15432/app?sslmode=verify-full&sslrootcert=${caFile}`,
    )
  })

  it('leaves the password out where there is none to tell', () => {
    const { password: _password, ...without } = target
    expect(postgresql.uri(without)).toContain('postgresql://app@127.0.0.1')
  })

  it('puts an IPv6 address into brackets', () => {
    expect(postgresql.uri({ ...target, endpoint: { host: '::1', port: 1 } })).toContain('@[::1]:1/')
  })

  it('is understood by node-postgres whatever the names and the password are', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => !value.includes('\0'))
    // All that databases are called; node-postgres does not read the likes of `/` and `?` back.
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$+@ -]{0,62}$/)
    fc.assert(
      fc.property(text, text, name, (user, password, database) => {
        const client = new pg.Client({ connectionString: postgresql.uri({ ...target, user, password, database }) })
        expect([client.user, client.password, client.database]).toEqual([user, password, database])
        expect(client.ssl).toMatchObject({ ca: 'a certificate\n' })
      }),
    )
  })
})

/** Directories as people name them: all that a path may hold. */
const oddPath = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((name) => !/[\0/]|^\.+$/.test(name))

describe('a path of a CA certificate', () => {
  it('reaches node-postgres whatever characters it has', () => {
    fc.assert(
      fc.property(oddPath, (name) => {
        const directory = join(temp.path, name)
        const odd = saveCaCertificate('an odd one\n', directory)
        const client = new pg.Client({ connectionString: postgresql.uri({ ...target, caFile: odd }) })
        expect(client.ssl).toMatchObject({ ca: 'an odd one\n' })
      }),
    )
  })

  it('reaches psql whatever characters it has (needs psql)', async (context) => {
    const psql = await promisify(execFile)('psql', ['--version']).catch(() => null)
    context.skip(psql === null, 'needs psql')
    // Says yes to TLS, so that libpq looks for the certificate and tells which file it misses.
    const server = createServer((socket) => socket.once('data', () => socket.write('S')).on('error', () => {}))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    try {
      for (const name of ['a&b', 'a=b', 'a+b', 'a b', 'a#b', 'a%2Fb', "a'b", 'ä', 'a?b', 'a;b', 'a,b']) {
        const uri = postgresql.uri({ ...target, caFile: `/none/${name}/ca.pem`, endpoint: { host: '127.0.0.1', port } })
        const { stderr } = await promisify(execFile)('psql', [uri, '-c', 'SELECT 1']).catch((error) => error)
        expect(stderr).toContain(`"/none/${name}/ca.pem"`)
      }
    } finally {
      server.close()
    }
  })
})

describe('other forms of a connection', () => {
  const odd = { ...target, password: "p:a\\ss'+&=", caFile: '/a b/c&d=e+f.pem' }

  it('is a URL for JDBC, which reads + as a space', () => {
    const url = String(postgresql.forms.jdbc?.write(odd))
    expect(url).toMatch(/^jdbc:postgresql:\/\/127\.0\.0\.1:15432\/app\?/)
    const read = new URLSearchParams(url.slice(url.indexOf('?')))
    expect(Object.fromEntries(read)).toEqual({
      user: 'app',
      password: odd.password,
      sslmode: 'verify-full',
      sslrootcert: odd.caFile,
    })
  })

  it('is lines for a shell, which reads every value back', async () => {
    const script = [
      ...(postgresql.forms.env?.write(odd) ?? []),
      'printf "%s|%s|%s" "$PGPASSWORD" "$PGSSLROOTCERT" "$PGHOST"',
    ].join('\n')
    const { stdout } = await promisify(execFile)('sh', ['-c', script])
    expect(stdout).toBe(`${odd.password}|${odd.caFile}|127.0.0.1`)
  })

  it('is a line for pgpass with its two special characters escaped', () => {
    expect(postgresql.forms.pgpass?.write(odd)).toBe("127.0.0.1:15432:app:app:p\\:a\\\\ss'+&=")
  })
})

describe('a saved CA certificate', () => {
  it('gets a file named by its content', () => {
    expect(saveCaCertificate('a certificate\n', temp.path)).toBe(caFile)
    expect(saveCaCertificate('another\n', temp.path)).not.toBe(caFile)
    expect(readFileSync(caFile, 'utf8')).toBe('a certificate\n')
  })
})
