import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Owner, TlsFiles } from '../engines/engine.ts'
import { writeOwnedFile } from '../engines/owned-file.ts'
import { type Issued, issueAuthority, issueServer } from './issue.ts'
import { isFit } from './server-certificate.ts'

export type ServerCertificateRequest = {
  /** Absolute; exists; where the three files go. */
  readonly directory: string
  readonly owner: Owner
  /** Addresses and names clients connect to, the published one first. Those of the loopback are added. */
  readonly addresses: readonly string[]
}

export type CertificateAuthority = {
  /** PEM; public; for clients to verify servers with (`sslmode=verify-full`). */
  readonly certificate: string
  /**
   * Makes `server.crt`, `server.key` (0600, of `owner`, as PostgreSQL demands) and `ca.crt` in the directory, or leaves
   * those that are there when they fit: signed by this CA, for these addresses, with the right key, and not due for
   * renewal (less than 275 of 825 days left). An engine reads them when it starts, and when it is told to: when they are `renewed`.
   */
  ensureServerCertificate(request: ServerCertificateRequest): Promise<TlsFiles & { readonly renewed: boolean }>
}

/**
 * The agent's own CA, kept in `directory` (absolute; its parent exists): `ca.crt` and `ca.key`, readable by the agent's
 * account alone. Made at the first call, as CN `name`, and the same ever after, also for processes that make it at the
 * same time. Throws when what is there can not be used.
 */
export const createCertificateAuthority = async (
  deps: { now: () => Date },
  options: { directory: string; name: string },
): Promise<CertificateAuthority> => {
  const authority =
    (await load(options.directory)) ?? (await make(options.directory, await issueAuthority(options.name, deps.now())))
  return {
    certificate: authority.certificate,
    ensureServerCertificate: async ({ directory, owner, addresses }) => {
      const files = {
        certificate: join(directory, 'server.crt'),
        key: join(directory, 'server.key'),
        ca: join(directory, 'ca.crt'),
      }
      const wanted = [...new Set([...addresses, ...loopback])]
      const expected = { authority: authority.certificate, addresses: wanted, owner, now: deps.now() }
      if (await isFit(files, expected)) return { ...files, renewed: false }
      const issued = await issueServer(authority, wanted, deps.now())
      await writeOwnedFile(files.key, issued.key, owner)
      await writeOwnedFile(files.certificate, issued.certificate, owner)
      await writeOwnedFile(files.ca, authority.certificate, owner)
      return { ...files, renewed: true }
    },
  }
}

const loopback = ['localhost', '127.0.0.1', '::1']

const load = async (directory: string): Promise<Issued | null> => {
  const read = (name: string) => readFile(join(directory, name), 'utf8').catch(() => null)
  const [certificate, key] = await Promise.all([read('ca.crt'), read('ca.key')])
  if (certificate === null && key === null) return null
  if (certificate === null || key === null || !belongTogether(certificate, key)) {
    throw new Error(
      `${directory} does not hold a certificate ca.crt with its key ca.key: put both back from a copy, or remove the ` +
        'directory to start with a new CA, which every client must then be given',
    )
  }
  return { certificate, key }
}

const belongTogether = (certificate: string, key: string): boolean => {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

/** Both files appear at once, by the rename of their directory; of several processes the first one wins. */
const make = async (directory: string, issued: Issued): Promise<Issued> => {
  const draft = `${directory}.building-${randomUUID()}`
  try {
    await mkdir(draft, { mode: 0o700 })
    await writeOwnedFile(join(draft, 'ca.key'), issued.key, null)
    await writeOwnedFile(join(draft, 'ca.crt'), issued.certificate, null)
    await rename(draft, directory)
    return issued
  } catch (error) {
    const winner = await load(directory)
    if (winner === null) throw error
    return winner
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
