import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { type ConnectionTarget, connectionUri, saveCaCertificate } from '../../../../ops/cli/connection-uri.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const temp = createTempDir('connection-uri')
const caFile = saveCaCertificate('a certificate\n', temp.path)
const target: ConnectionTarget = {
  datastore: 'postgresql',
  endpoint: { host: '127.0.0.1', port: 15_432 },
  user: 'app',
  password: 'secret',
  database: 'app',
  caFile,
}

describe('a connection URI', () => {
  it('verifies the server against the CA in a file', () => {
    expect(connectionUri(target)).toBe(
      `postgresql://app:secret@127.0.0.1:15432/app?sslmode=verify-full&sslrootcert=${caFile}`,
    )
  })

  it('leaves the password out where there is none to tell', () => {
    const { password: _password, ...without } = target
    expect(connectionUri(without)).toContain('postgresql://app@127.0.0.1')
  })

  it('puts an IPv6 address into brackets', () => {
    expect(connectionUri({ ...target, endpoint: { host: '::1', port: 1 } })).toContain('@[::1]:1/')
  })

  it('is understood by node-postgres whatever the names and the password are', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => !value.includes('\0'))
    // All that databases are called; node-postgres does not read the likes of `/` and `?` back.
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_$+@ -]{0,62}$/)
    fc.assert(
      fc.property(text, text, name, (user, password, database) => {
        const client = new pg.Client({ connectionString: connectionUri({ ...target, user, password, database }) })
        expect([client.user, client.password, client.database]).toEqual([user, password, database])
        expect(client.ssl).toMatchObject({ ca: 'a certificate\n' })
      }),
    )
  })
})

describe('a saved CA certificate', () => {
  it('gets a file named by its content', () => {
    expect(saveCaCertificate('a certificate\n', temp.path)).toBe(caFile)
    expect(saveCaCertificate('another\n', temp.path)).not.toBe(caFile)
    expect(readFileSync(caFile, 'utf8')).toBe('a certificate\n')
  })
})
