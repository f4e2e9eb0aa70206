/** As a string in a statement. A session of the agent has no `NO_BACKSLASH_ESCAPES`. */
export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

/** As a name in a statement. */
export const named = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** As the name of a database in GRANT and REVOKE, where `_` and `%` stand for others. */
export const grantedOn = (database: string): string => `${named(database.replace(/[\\_%]/g, '\\$&'))}.*`

/** A user of the network, whichever address it comes from. */
export const account = (user: string): string => `${quoted(user)}@'%'`
