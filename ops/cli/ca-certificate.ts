import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Puts a CA certificate where any client of this machine can read it, and answers the path. The same certificate, the same file. */
export const saveCaCertificate = (pem: string, directory: string): string => {
  const fingerprint = createHash('sha256').update(pem).digest('hex').slice(0, 16)
  const path = join(directory, `ca-${fingerprint}.pem`)
  mkdirSync(directory, { recursive: true })
  writeFileSync(path, pem, { mode: 0o644 })
  // Whatever the umask: it is public.
  chmodSync(path, 0o644)
  return path
}
