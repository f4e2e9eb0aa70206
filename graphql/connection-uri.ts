import { unreachable } from '../domain/decider.ts'
import type { InstanceDocument } from '../projections/documents.ts'

/**
 * The address of an instance as clients of its datastore take it, always with a verified certificate and never with a password. Null
 * until there is an endpoint.
 */
export const connectionUri = (
  { datastore, endpoint, users, databases }: InstanceDocument,
  user: string | null,
  database: string | null,
): string | null => {
  if (endpoint === null) return null
  const account = user === null ? users[0] : users.find(({ name }) => name === user)
  const name = user ?? account?.name
  const authority = `${name === undefined ? '' : `${escapePart(name)}@`}${hostOf(endpoint.host)}:${endpoint.port}`
  const path = escapePart(database ?? account?.databases[0] ?? databases[0] ?? '')
  switch (datastore) {
    case 'postgresql':
      return `postgresql://${authority}/${path}?sslmode=verify-full`
    case 'mariadb':
      return `mariadb://${authority}/${path}?ssl-verify-server-cert=true`
    case 'redis':
      return `rediss://${authority}/${path}`
    default:
      return unreachable(datastore)
  }
}

/** Half a character, which JSON can carry and no URI, becomes U+FFFD. */
const escapePart = (text: string): string => encodeURIComponent(text.toWellFormed())

const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host)
