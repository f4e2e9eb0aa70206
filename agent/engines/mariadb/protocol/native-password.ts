import { createHash } from 'node:crypto'

const sha1 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** A password as MariaDB keeps it and takes it: `IDENTIFIED BY PASSWORD '<this>'` (plugin mysql_native_password). */
export const nativeHash = (password: string): string => `*${sha1(sha1(password)).toString('hex').toUpperCase()}`

/** What proves to the server that the client knows the password, for the 20 bytes that the server made for this login. */
export const nativeProof = (password: string, scramble: Buffer): Buffer => {
  const once = sha1(password)
  const mask = sha1(scramble, sha1(once))
  return Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)))
}
