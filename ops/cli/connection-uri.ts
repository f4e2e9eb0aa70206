import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint } from './types.ts'

const schemes: Readonly<Record<string, string>> = { postgresql: 'postgresql', mariadb: 'mariadb', redis: 'rediss' }

/** RFC 3986: everything but unreserved characters is escaped, so that any password survives. */
const escapePart = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

/** In a path these may stand as they are, and node-postgres does not unescape them there. */
const escapePath = (text: string): string =>
  escapePart(text).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent)

export type ConnectionTarget = {
  readonly datastore: string
  readonly endpoint: Endpoint
  readonly user: string
  readonly password?: string
  readonly database: string
  /** Of the CA that signed the database's certificate. */
  readonly caFile: string
}

/**
 * A connection URI that works as it is with libpq (psql, psycopg) and with node-postgres: TLS, the server's name and certificate checked
 * against the CA in `caFile`.
 */
export const connectionUri = ({ datastore, endpoint, user, password, database, caFile }: ConnectionTarget): string => {
  const account = password === undefined ? escapePart(user) : `${escapePart(user)}:${escapePart(password)}`
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host
  const query = `sslmode=verify-full&sslrootcert=${escapePath(caFile).replaceAll('%2F', '/')}`
  return `${schemes[datastore] ?? datastore}://${account}@${host}:${endpoint.port}/${escapePath(database)}?${query}`
}

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
