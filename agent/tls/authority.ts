import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Owner, TlsFiles } from '../engines/engine.ts'
import { writeOwnedFile } from '../engines/owned-file.ts'
import { draftBeside } from '../files.ts'
import { isPlausible } from '../plausible-clock.ts'
import { type Issued, issueAuthority, issueServer, renewAuthority } from './issue.ts'
import { isFit } from './server-certificate.ts'

export type ServerCertificateRequest = {
  /** Absolute; exists; where the three files go. */
  readonly directory: string
  readonly owner: Owner
  /** Addresses and names clients connect to, the published one first. Those of the loopback are added. */
  readonly addresses: readonly string[]
}

export type CertificateAuthority = {
  /** PEM; public; for clients to verify servers with (`sslmode=verify-full`). Another one after a renewal. */
  readonly certificate: string
  /**
   * Makes `server.crt`, `server.key` (0600, of `owner`, as PostgreSQL demands) and `ca.crt` in the directory, or leaves
   * those that are there when they fit: signed by this CA, for these addresses, with the right key, valid already, and not due for
   * renewal (less than 275 of 825 days left). The CA itself is renewed first when it is not valid yet, or not for long enough. An engine reads them when it starts, and when it is told to: when they are `renewed`.
   */
  ensureServerCertificate(request: ServerCertificateRequest): Promise<TlsFiles & { readonly renewed: boolean }>
}

/**
 * The agent's own CA, kept in `directory` (absolute; its parent exists): `ca.crt` and `ca.key`, readable by the agent's
 * account alone. Made at the first call, as CN `name`, and the same ever after, also for processes that make it at the
 * same time. Throws when what is there cannot be used.
 */
export const createCertificateAuthority = async (
  deps: { now: () => Date },
  options: { directory: string; name: string },
): Promise<CertificateAuthority> => {
  const { directory: authorityDir, name } = options
  let authority = (await load(authorityDir)) ?? (await make(authorityDir, await issueAuthority(name, deps.now())))

  const renewIfDue = async (): Promise<void> => {
    const now = deps.now()
    if (!isDue(authority, now)) return
    authority = await renewAuthority(authority, now)
    await writeOwnedFile(join(authorityDir, 'ca.crt'), authority.certificate, null)
  }
  // One at a time, so that no engine gets what another one's look has replaced.
  let looking = renewIfDue()
  await looking

  return {
    get certificate() {
      return authority.certificate
    },
    ensureServerCertificate: async ({ directory, owner, addresses }) => {
      looking = looking.then(renewIfDue, renewIfDue)
      await looking
      const files = {
        certificate: join(directory, 'server.crt'),
        key: join(directory, 'server.key'),
        ca: join(directory, 'ca.crt'),
      }
      const wanted = [...new Set([...addresses, ...loopback])]
      const signer = authority
      const expected = { authority: signer.certificate, addresses: wanted, owner, now: deps.now() }
      if (await isFit(files, expected)) return { ...files, renewed: false }
      const issued = await issueServer(signer, wanted, deps.now())
      await writeOwnedFile(files.key, issued.key, owner)
      await writeOwnedFile(files.certificate, issued.certificate, owner)
      await writeOwnedFile(files.ca, signer.certificate, owner)
      return { ...files, renewed: true }
    },
  }
}

/** Three years: clients have that long to take the new certificate, and no certificate of a server outlasts its CA. */
const renewalMs = 3 * 365 * 24 * 3600 * 1000

/**
 * Near its end, or not valid yet, as of a host whose clock was ahead when it was made. A clock from before this program existed tells nothing: by
 * it, a CA that clients trust would be replaced.
 */
const isDue = ({ certificate }: Issued, now: Date): boolean => {
  if (!isPlausible(now)) return false
  const { validFromDate, validToDate } = new X509Certificate(certificate)
  return validFromDate > now || validToDate.getTime() - now.getTime() < renewalMs
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
  const draft = draftBeside(`${directory}.building`)
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
