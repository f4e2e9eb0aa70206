import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { RemoveHostDocument } from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { findHost } from './find-host.ts'

export type RemoveHostOptions = { readonly force: boolean; readonly yes: boolean; readonly idempotencyKey?: string }

/** Declares a host gone for good. A person at a terminal is asked first. */
export const removeHost = async (
  context: CliContext,
  nameOrId: string,
  { force, yes, idempotencyKey }: RemoveHostOptions,
): Promise<void> => {
  const { id, name, status } = await findHost(context, nameOrId)
  if (!yes) {
    const what = `This removes host ${name} (${id}, ${status}) for good, and gives up every database on it.`
    await confirmName(context, name, what, `host ${name} was not removed`)
  }
  await mutate(context, RemoveHostDocument, { id, force, idempotencyKey })
  await context.output.one({ id, name }, () => [`host ${name} is removed; its databases become FAILED`])
}
