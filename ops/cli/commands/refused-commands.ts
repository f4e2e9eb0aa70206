import type { CliContext } from '../context.ts'
import { RefusedCommandsDocument } from '../generated/graphql.ts'
import { readAll } from '../pages.ts'
import { exactLocalTime } from '../time.ts'

export type RefusedOptions = {
  readonly actor?: string
  readonly command?: string
  readonly code?: string
  readonly since?: string
  readonly until?: string
  readonly project?: string
  readonly limit: number
}

/** Lists the latest commands that were refused, newest first: who tried what, and why not. */
export const listRefusedCommands = async (
  context: CliContext,
  { project: projectId, limit, actor, command, code, since, until }: RefusedOptions,
): Promise<void> => {
  const filter = { actor, command, code, since, until, projectId }
  const refused = await readAll(
    context,
    { document: RefusedCommandsDocument, of: ({ refusedCommands }) => refusedCommands, variables: { filter } },
    limit,
  )
  await context.output.list(
    refused,
    [
      ['AT', ({ at }) => exactLocalTime(at)],
      ['ACTOR', ({ actor }) => actor.name],
      ['COMMAND', ({ command }) => command],
      ['CODE', ({ code }) => code],
      ['FROM', ({ request }) => request?.network ?? ''],
      ['MESSAGE', ({ message }) => message ?? '(about a secret)', 'cutting'],
    ],
    'No command was refused.',
  )
}
