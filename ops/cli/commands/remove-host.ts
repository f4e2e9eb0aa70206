import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { documents } from '../documents.ts'
import { refused } from '../failure.ts'
import { mutate } from '../mutate.ts'
import { readAll } from '../pages.ts'
import type { Host } from '../types.ts'

export type RemoveHostOptions = { readonly force: boolean; readonly yes: boolean; readonly idempotencyKey?: string }

/** Declares a host gone for good. A person at a terminal is asked first. */
export const removeHost = async (
  context: CliContext,
  nameOrId: string,
  { force, yes, idempotencyKey }: RemoveHostOptions,
): Promise<void> => {
  const hosts = await readAll<Host>(context, documents.hosts, 'hosts', {})
  const host = hosts.find(({ id, name }) => id === nameOrId.toLowerCase() || name === nameOrId)
  if (!host) {
    const message = `there is no host ${JSON.stringify(nameOrId)}; "coffer host list" shows those there are`
    throw refused({ code: 'NOT_FOUND', message })
  }
  const { id, name, status } = host
  if (!yes) {
    const what = `This removes host ${name} (${id}, ${status}) for good, and gives up every database on it.`
    await confirmName(context, name, what, `host ${name} was not removed`)
  }
  await mutate<{ readonly __typename: string }>(context, documents.removeHost, { id, force, idempotencyKey })
  await context.output.one({ id, name }, () => [`host ${name} is removed; its databases become FAILED`])
}
