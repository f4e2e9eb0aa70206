import { addressAndMask } from '../../../domain/values/user-host.ts'

/** As a string in a statement. A session of the agent has no `NO_BACKSLASH_ESCAPES`. */
export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

/** As a name in a statement. */
export const named = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** As the name of a database in GRANT and REVOKE, where `_` and `%` stand for others. */
export const grantedOn = (database: string): string => `${named(database.replace(/[\\_%]/g, '\\$&'))}.*`

/** A user as MariaDB knows it: `host` is a pattern of addresses. */
export type UserAt = { readonly user: string; readonly host: string }

export const account = ({ user, host }: UserAt): string => `${quoted(user)}@${quoted(host)}`

/** An address, or a network as MariaDB writes it (MariaDB documentation, "CREATE USER", account names); all of them where none is told. */
export const patternOf = (host: string | undefined): string => {
  // By a mask of no bits MariaDB lets nobody in.
  if (host === undefined || host.endsWith('/0')) return '%'
  if (!host.includes('/')) return host
  const { address, mask } = addressAndMask(host)
  return `${address}/${mask}`
}
