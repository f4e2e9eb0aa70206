/** How topics and groups are called on the brokers: as here, or in a namespace, `<namespace>.<name>`. */
export type ServerNames = {
  readonly onServer: (name: string) => string
  /** Null for a name of somebody else: of another namespace or of another program. */
  readonly ours: (nameOnServer: string) => string | null
}

/** Without a namespace all names are ours, as those of others may be any: whoever reads them knows what is Coffer's. */
export const createServerNames = (namespace: string | null): ServerNames => {
  const prefix = namespace === null ? '' : `${namespace}.`
  return {
    onServer: (name) => `${prefix}${name}`,
    ours: (nameOnServer) => (nameOnServer.startsWith(prefix) ? nameOnServer.slice(prefix.length) : null),
  }
}
