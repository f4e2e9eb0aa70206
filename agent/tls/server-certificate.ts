import { createPrivateKey, X509Certificate } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { Owner, TlsFiles } from '../engines/engine.ts'

/** Renewed when less than a third of the 825 days is left. */
const renewalMs = 275 * 24 * 3600 * 1000

/**
 * Whether the files at these places are a server certificate, with its key, that a client which trusts `authority`
 * (PEM) accepts at `addresses` for long enough.
 */
export const isFit = async (
  files: TlsFiles,
  expected: { authority: string; addresses: readonly string[]; owner: Owner; now: Date },
): Promise<boolean> => {
  if ((await readText(files.ca)) !== expected.authority || !(await isPrivate(files.key, expected.owner))) return false
  try {
    const certificate = new X509Certificate((await readText(files.certificate)) ?? '')
    return (
      certificate.verify(new X509Certificate(expected.authority).publicKey) &&
      certificate.checkPrivateKey(createPrivateKey((await readText(files.key)) ?? '')) &&
      certificate.validFromDate <= expected.now &&
      certificate.validToDate.getTime() - expected.now.getTime() > renewalMs &&
      expected.addresses.every((address) => names(certificate, address))
    )
  } catch {
    // Not PEM, or cut short: as good as absent.
    return false
  }
}

const names = (certificate: X509Certificate, address: string): boolean =>
  (isIP(address) === 0 ? certificate.checkHost(address) : certificate.checkIP(address)) !== undefined

/** As PostgreSQL wants a key file to be: a plain file that its own account alone can read. */
const isPrivate = async (path: string, owner: Owner): Promise<boolean> => {
  const found = await lstat(path).catch(() => null)
  return found?.isFile() === true && (found.mode & 0o777) === 0o600 && found.uid === (owner?.uid ?? process.getuid?.())
}

const readText = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)
