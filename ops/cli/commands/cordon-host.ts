import type { CliContext } from '../context.ts'
import { CordonHostDocument, UncordonHostDocument } from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { findHost } from './find-host.ts'

type Options = { readonly idempotencyKey?: string }

export const cordonHost = async (
  context: CliContext,
  nameOrId: string,
  { reason, idempotencyKey }: Options & { readonly reason?: string },
): Promise<void> => {
  const { id, name } = await findHost(context, nameOrId)
  const { host } = await mutate(context, CordonHostDocument, { id, reason, idempotencyKey })
  await context.output.one(host, () => [`host ${name} gets no new databases; those that it has go on`])
}

export const uncordonHost = async (context: CliContext, nameOrId: string, options: Options): Promise<void> => {
  const { id, name } = await findHost(context, nameOrId)
  const { host } = await mutate(context, UncordonHostDocument, { id, idempotencyKey: options.idempotencyKey })
  await context.output.one(host, () => [`host ${name} gets new databases again`])
}
