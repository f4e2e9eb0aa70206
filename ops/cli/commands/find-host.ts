import type { CliContext } from '../context.ts'
import { documents } from '../documents.ts'
import { refused } from '../failure.ts'
import { readAll } from '../pages.ts'
import type { Host } from '../types.ts'

/** The host of this name or id. Throws `CliFailure` where there is none. */
export const findHost = async (context: CliContext, nameOrId: string): Promise<Host> => {
  const hosts = await readAll<Host>(context, documents.hosts, 'hosts', {})
  const host = hosts.find(({ id, name }) => id === nameOrId.toLowerCase() || name === nameOrId)
  if (host) return host
  const message = `there is no host ${JSON.stringify(nameOrId)}; "coffer host list" shows those there are`
  throw refused({ code: 'NOT_FOUND', message })
}
