import { unreachable } from '../decider.ts'
import type { DatastoreType } from './instance-spec.ts'

/** Where a client connects to, and as whom. Texts without half surrogates; nothing is escaped yet. */
export type ConnectionTarget = {
  readonly datastore: DatastoreType
  readonly endpoint: { readonly host: string; readonly port: number }
  readonly user: string | null
  readonly password?: string
  readonly database: string | null
  /** The path of the PEM file with the CA that signed the database's certificate. */
  readonly caFile?: string
}

/**
 * A URI that libpq (psql, psycopg), node-postgres and pgx take as it is: TLS, the server's name and certificate checked. The one place where
 * such a URI is put together.
 */
export const connectionUri = ({ datastore, endpoint, user, password, database, caFile }: ConnectionTarget): string => {
  const secret = password === undefined ? '' : `:${escapeValue(password)}`
  const account = user === null ? '' : `${escapeValue(user)}${secret}@`
  const authority = `${account}${hostOf(endpoint)}:${endpoint.port}`
  const path = escapePath(database ?? '')
  const ca = (name: string): string => (caFile === undefined ? '' : `&${name}=${escapeFile(caFile)}`)
  switch (datastore) {
    case 'postgresql':
      return `postgresql://${authority}/${path}?sslmode=verify-full${ca('sslrootcert')}`
    case 'mariadb':
      return `mariadb://${authority}/${path}?ssl-verify-server-cert=true${ca('ssl-ca')}`
    case 'redis':
      return `rediss://${authority}/${path}`
    default:
      return unreachable(datastore)
  }
}

/** A URL for PostgreSQL's JDBC driver, which takes user and password as parameters and reads `+` as a space. */
export const jdbcUrl = ({ endpoint, user, password, database, caFile }: ConnectionTarget): string => {
  const parameters = [
    ['user', user],
    ['password', password],
    ['sslmode', 'verify-full'],
    ['sslrootcert', caFile],
  ] as const
  const query = parameters.flatMap(([name, value]) => (value ? [`${name}=${escapeValue(value)}`] : [])).join('&')
  return `jdbc:postgresql://${hostOf(endpoint)}:${endpoint.port}/${escapeValue(database ?? '')}?${query}`
}

/** Lines for a shell, which libpq and all that follows its conventions take. */
export const environmentLines = ({ endpoint, user, password, database, caFile }: ConnectionTarget): readonly string[] =>
  (
    [
      ['PGHOST', endpoint.host],
      ['PGPORT', String(endpoint.port)],
      ['PGUSER', user],
      ['PGPASSWORD', password],
      ['PGDATABASE', database],
      ['PGSSLMODE', 'verify-full'],
      ['PGSSLROOTCERT', caFile],
    ] as const
  ).flatMap(([name, value]) => (value ? [`export ${name}=${shellQuote(value)}`] : []))

/** A line for `~/.pgpass`. It needs the password. */
export const pgpassLine = ({ endpoint, user, password, database }: ConnectionTarget): string =>
  [endpoint.host, String(endpoint.port), database ?? '*', user ?? '*', password ?? ''].map(escapeField).join(':')

const escapeField = (text: string): string => text.replace(/[\\:]/g, '\\$&')

const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const hostOf = ({ host }: ConnectionTarget['endpoint']): string => (host.includes(':') ? `[${host}]` : host)

/** RFC 3986: everything but unreserved characters is escaped. Half a character, which JSON can carry and no URI, becomes U+FFFD. */
const escapeValue = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** In a path these may stand as they are, and node-postgres does not unescape them there. */
const escapePath = (text: string): string =>
  escapeValue(text).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent)

/** As a value in a query, where `&`, `=`, `+` and `#` have a meaning of their own and a slash has none. */
const escapeFile = (path: string): string => escapeValue(path).replaceAll('%2F', '/')
