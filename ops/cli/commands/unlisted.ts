import type { CliContext } from '../context.ts'
import { AdoptInstanceDocument, RemoveUnlistedInstanceDocument, UnlistedDocument } from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { readAll } from '../pages.ts'
import { startWait, throwUnlessSucceeded, waitForOperation } from '../wait.ts'
import type { WaitOptions } from './begin-operation.ts'

/** What hosts have and the log does not know of. */
export const listUnlisted = async (context: CliContext): Promise<void> => {
  const hosts = await readAll(context, { document: UnlistedDocument, of: (data) => data.hosts, variables: {} })
  const unlisted = hosts.flatMap((host) => host.unlisted.map((each) => ({ ...each, host: host.name })))
  await context.output.list(
    unlisted,
    [
      ['NAME', ({ name }) => name ?? '', 'cutting'],
      ['PROJECT', ({ projectId }) => projectId ?? ''],
      ['VERSION', ({ version }) => version ?? ''],
      ['RUNS', ({ running }) => (running ? 'yes' : 'no')],
      ['PORT', ({ port }) => String(port ?? '')],
      ['HOST', ({ host }) => host],
      ['ID', ({ id }) => id],
    ],
    'No host has a database that the log does not know of.',
  )
}

/** Takes an unlisted instance into the log. */
export const adoptInstance = async (
  context: CliContext,
  id: string,
  { project: projectId, name }: { readonly project?: string; readonly name?: string },
): Promise<void> => {
  const { instance } = await mutate(context, AdoptInstanceDocument, {
    id,
    projectId,
    name,
  })
  await context.output.one(instance ?? { id }, () => [
    `${instance?.name ?? id} is adopted: ${instance?.status ?? 'see later'}`,
  ])
}

/** Removes an unlisted instance from its host, with all its data. */
export const removeUnlisted = async (context: CliContext, id: string, options: WaitOptions): Promise<void> => {
  const wait = startWait(context, options.timeout)
  const { output } = context
  const { operationId } = await mutate(context, RemoveUnlistedInstanceDocument, {
    id,
    idempotencyKey: options.idempotencyKey,
  })
  if (operationId === null || !options.wait) {
    return output.one({ id, operationId }, () => [
      `removing ${id}; follow it with: ${context.invocation} operation watch ${operationId}`,
    ])
  }
  throwUnlessSucceeded(await waitForOperation(wait, operationId), `${id} could not be removed`)
  await output.one({ id, operationId }, () => [`${id} is removed`])
}
