import { X509Certificate } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCertificateAuthority } from '../../../../agent/tls/authority.ts'

const dayMs = 24 * 3600 * 1000
const start = new Date('2025-06-01T00:00:00Z')

let directory: string
let now: Date
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-ca-'))
  now = start
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const open = (name = 'ca') =>
  createCertificateAuthority({ now: () => now }, { directory: join(directory, name), name: 'Coffer CA of a test' })

const server = async (name: string) => {
  const made = join(directory, name)
  await mkdir(made, { recursive: true })
  return made
}

const read = async (file: string) => new X509Certificate(await readFile(file))

describe("an agent's certificate authority", () => {
  it('is made once, also by several at the same time, with a key for its own account alone', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => open()))
    expect(new Set(opened.map(({ certificate }) => certificate)).size).toBe(1)
    expect((await open()).certificate).toBe(opened[0]?.certificate)
    expect(await readdir(directory)).toEqual(['ca'])
    expect((await stat(join(directory, 'ca'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(directory, 'ca/ca.key'))).mode & 0o777).toBe(0o600)
  })

  it('is a CA that may sign no other CA, for twenty years', async () => {
    const certificate = new X509Certificate((await open()).certificate)
    expect(certificate.ca).toBe(true)
    expect(certificate.subject).toBe('CN=Coffer CA of a test')
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.validToDate.getTime() - start.getTime()).toBe(7300 * dayMs)
    expect(certificate.validFromDate.getTime()).toBeLessThan(start.getTime())
  })

  it.each(['ca.crt', 'ca.key'])('refuses to go on without its %s, and changes nothing', async (file) => {
    await open()
    await rm(join(directory, 'ca', file))
    const before = await readdir(join(directory, 'ca'))
    await expect(open()).rejects.toThrow(/does not hold a certificate ca\.crt with its key ca\.key/)
    expect(await readdir(join(directory, 'ca'))).toEqual(before)
  })

  it("refuses another CA's key", async () => {
    await open()
    await open('other')
    await writeFile(join(directory, 'ca/ca.key'), await readFile(join(directory, 'other/ca.key')))
    await expect(open()).rejects.toThrow(/does not hold/)
  })
})

describe('a certificate authority whose time is near or has not come', () => {
  const trusts = (authority: string, certificate: X509Certificate): boolean =>
    certificate.verify(new X509Certificate(authority).publicKey)

  it('is renewed three years before its end, with the same key, so that clients trust both', async () => {
    const authority = await open()
    const [first, directoryOfOne] = [authority.certificate, await server('one')]
    const one = { directory: directoryOfOne, owner: null, addresses: ['203.0.113.7'] }
    const before = await read((await authority.ensureServerCertificate(one)).certificate)
    now = new Date(start.getTime() + 6206 * dayMs)
    expect((await authority.ensureServerCertificate(one)).renewed).toBe(true)
    const after = await read(join(directoryOfOne, 'server.crt'))
    expect(authority.certificate).not.toBe(first)
    expect(await readFile(join(directory, 'ca', 'ca.crt'), 'utf8')).toBe(authority.certificate)
    for (const ca of [first, authority.certificate]) {
      for (const certificate of [before, after]) expect(trusts(ca, certificate)).toBe(true)
    }
    const renewed = new X509Certificate(authority.certificate)
    expect(renewed.validToDate.getTime()).toBe(now.getTime() + 7300 * dayMs)
    expect(renewed.subject).toBe(new X509Certificate(first).subject)
  })

  it('is renewed at once when it was made by a clock that was ahead, and so are certificates that are not valid yet', async () => {
    now = new Date(start.getTime() + 400 * dayMs)
    const one = { directory: await server('one'), owner: null, addresses: ['203.0.113.7'] }
    await (await open()).ensureServerCertificate(one)
    now = start
    const authority = await open()
    const files = await authority.ensureServerCertificate(one)
    expect(files.renewed).toBe(true)
    for (const pem of [authority.certificate, await readFile(files.certificate, 'utf8')]) {
      expect(new X509Certificate(pem).validFromDate.getTime()).toBeLessThanOrEqual(now.getTime())
    }
  })

  it('is left as it is by a clock that stands before this program existed', async () => {
    const { certificate } = await open()
    now = new Date('1970-01-01T00:10:00Z')
    expect((await open()).certificate).toBe(certificate)
  })
})

describe("a server's certificate", () => {
  const issue = async (addresses: string[], name = 'one') =>
    (await open()).ensureServerCertificate({ directory: await server(name), owner: null, addresses })

  it('is signed by the CA for the addresses given and for the loopback', async () => {
    const files = await issue(['203.0.113.7', 'db.example.org', '2001:db8::7'])
    const certificate = await read(files.certificate)
    expect(certificate.verify((await read(files.ca)).publicKey)).toBe(true)
    expect(certificate.checkIssued(await read(files.ca))).toBe(true)
    expect(certificate.ca).toBe(false)
    expect(certificate.subject).toBe('CN=203.0.113.7')
    for (const ip of ['203.0.113.7', '2001:db8::7', '127.0.0.1', '::1'])
      expect(certificate.checkIP(ip), ip).toBeDefined()
    for (const host of ['db.example.org', 'localhost']) expect(certificate.checkHost(host), host).toBeDefined()
    expect(certificate.checkIP('203.0.113.8')).toBeUndefined()
    expect(certificate.checkHost('example.org')).toBeUndefined()
    expect((await stat(files.key)).mode & 0o777).toBe(0o600)
  })

  it('stays as it is when it is asked for again', async () => {
    const files = await issue(['203.0.113.7'])
    const before = await readFile(files.key, 'utf8')
    await issue(['203.0.113.7'])
    expect(await readFile(files.key, 'utf8')).toBe(before)
  })

  it('is renewed when less than a third of its time is left, not sooner', async () => {
    const files = await issue(['203.0.113.7'])
    const first = (await read(files.certificate)).serialNumber
    now = new Date(start.getTime() + 549 * dayMs)
    await issue(['203.0.113.7'])
    expect((await read(files.certificate)).serialNumber).toBe(first)
    now = new Date(start.getTime() + 551 * dayMs)
    await issue(['203.0.113.7'])
    const renewed = await read(files.certificate)
    expect(renewed.serialNumber).not.toBe(first)
    expect(renewed.validToDate.getTime()).toBe(now.getTime() + 825 * dayMs)
  })

  it.each<[string, (files: { certificate: string; key: string; ca: string }) => Promise<unknown>]>([
    ['cut short', ({ certificate }) => writeFile(certificate, '-----BEGIN CERTIFICATE-----\nMIIB')],
    ['without its key', ({ key }) => rm(key)],
    ["beside another's key", async ({ key }) => writeFile(key, await readFile((await issue([], 'other')).key))],
    ['beside a key that others can read', ({ key }) => chmod(key, 0o644)],
    ["beside another CA's certificate", async ({ ca }) => writeFile(ca, (await open('other-ca')).certificate)],
  ])('is made anew when it is found %s', async (_, spoil) => {
    const files = await issue(['203.0.113.7'])
    const before = (await read(files.certificate)).serialNumber
    await spoil(files)
    await issue(['203.0.113.7'])
    const after = await read(files.certificate)
    expect(after.serialNumber).not.toBe(before)
    expect((await stat(files.key)).mode & 0o777).toBe(0o600)
    expect(await readFile(files.ca, 'utf8')).toBe((await open()).certificate)
  })

  it('is made anew for another address', async () => {
    const files = await issue(['203.0.113.7'])
    await issue(['203.0.113.8'])
    expect((await read(files.certificate)).checkIP('203.0.113.8')).toBeDefined()
  })
})
