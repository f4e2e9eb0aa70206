import type { CliContext } from '../context.ts'
import { ExcludeEventDocument, UnreadableEventsDocument } from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { readAll } from '../pages.ts'

/** Lists the events of the log that the server cannot read. */
export const listUnreadable = async (
  context: CliContext,
  { all, limit }: { readonly all: boolean; readonly limit: number },
): Promise<void> => {
  const events = await readAll(
    context,
    { document: UnreadableEventsDocument, of: ({ unreadableEvents }) => unreadableEvents, variables: {} },
    limit,
  )
  await context.output.list(
    all ? events : events.filter(({ excluded }) => excluded === null),
    [
      ['STREAM', ({ stream }) => stream],
      ['REVISION', ({ revision }) => revision],
      ['TYPE', ({ type }) => type],
      ['REASON', ({ reason }) => reason],
      ['DETAIL', ({ detail }) => detail, 'cutting'],
      ['LEFT OUT', ({ excluded }) => (excluded === null ? 'no' : `by ${excluded.by.name}`)],
    ],
    'Every event can be read or is left out.',
  )
}

/** Declares an event left out. */
export const excludeEvent = async (
  context: CliContext,
  stream: string,
  revision: number,
  { note, idempotencyKey }: { readonly note?: string; readonly idempotencyKey?: string },
): Promise<void> => {
  await mutate(context, ExcludeEventDocument, {
    stream,
    revision,
    note,
    idempotencyKey,
  })
  await context.output.one({ stream, revision, excluded: true }, () => [`left out: revision ${revision} of ${stream}`])
}
