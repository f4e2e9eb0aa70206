import type { CliContext } from '../context.ts'
import { refused } from '../failure.ts'
import { type HostFragment, HostsDocument, type HostsQuery } from '../generated/graphql.ts'
import { readAll } from '../pages.ts'

export const allHosts = { document: HostsDocument, of: ({ hosts }: HostsQuery) => hosts, variables: {} }

/** The host of this name or id. Throws `CliFailure` where there is none. */
export const findHost = async (context: CliContext, nameOrId: string): Promise<HostFragment> => {
  const hosts = await readAll(context, allHosts)
  const host = hosts.find(({ id, name }) => id === nameOrId.toLowerCase() || name === nameOrId)
  if (host) return host
  const message = `there is no host ${JSON.stringify(nameOrId)}; "coffer host list" shows those there are`
  throw refused({ code: 'NOT_FOUND', message })
}
