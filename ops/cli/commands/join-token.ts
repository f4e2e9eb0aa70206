import type { CliContext } from '../context.ts'
import {
  IssueJoinTokenDocument,
  type JoinTokenFragment,
  JoinTokensDocument,
  type JoinTokensQuery,
  RevokeJoinTokenDocument,
} from '../generated/graphql.ts'
import { mutate, mutateOnce } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { resolveId, shortId } from '../short-ids.ts'
import { localTime } from '../time.ts'
import { findHost } from './find-host.ts'

export type JoinTokenOptions = { readonly host?: string; readonly expires?: string; readonly idempotencyKey?: string }

/** Makes what a host joins with, and shows it, this once. */
export const issueJoinToken = async (
  context: CliContext,
  { host, expires, idempotencyKey }: JoinTokenOptions,
): Promise<void> => {
  const hostId = host === undefined ? undefined : (await findHost(context, host)).id
  const input = { hostId, expiresAt: expires, idempotencyKey }
  const answer = await mutateOnce(context, IssueJoinTokenDocument, input)
  const { joinTokenId: id, joinToken, expiresAt, replayed } = answer
  await context.output.one({ id, joinToken, expiresAt, replayed }, () => [
    ...formatFields([
      ['id', id],
      ['expires', localTime(expiresAt)],
      ['token', joinToken],
    ]),
    '',
    'It lets one host in, once: start its agent with it as COFFER_JOIN_TOKEN. It is never shown again.',
  ])
}

const joinTokens = { document: JoinTokensDocument, of: (data: JoinTokensQuery) => data.joinTokens, variables: {} }

export const listJoinTokens = async (context: CliContext, { all }: { readonly all: boolean }): Promise<void> => {
  const found = (await readAll(context, joinTokens)).map((token) => ({ ...token, state: stateOf(token) }))
  await context.output.list(
    all ? found : found.filter(({ state }) => state === 'OPEN'),
    [
      ['MADE', ({ createdAt }) => localTime(createdAt)],
      ['BY', ({ createdBy }) => createdBy.name, 'cutting'],
      ['FOR', ({ host }) => host?.name ?? 'any new host', 'cutting'],
      ['STATE', ({ state }) => state],
      ['EXPIRES', ({ expiresAt }) => localTime(expiresAt)],
      ['JOINED', ({ usedBy }) => usedBy?.name ?? '', 'cutting'],
      ['ID', ({ id }) => shortId(id)],
    ],
    all ? 'There are no join tokens.' : 'There are no join tokens that let a host in.',
  )
}

const stateOf = ({ revoked, usedAt, expiresAt }: JoinTokenFragment): 'OPEN' | 'USED' | 'REVOKED' | 'EXPIRED' => {
  if (usedAt !== null) return 'USED'
  if (revoked) return 'REVOKED'
  return Date.parse(expiresAt) <= Date.now() ? 'EXPIRED' : 'OPEN'
}

/** By id, or by the end of one. */
export const revokeJoinToken = async (
  context: CliContext,
  given: string,
  { idempotencyKey }: { readonly idempotencyKey?: string },
): Promise<void> => {
  const list = (limit: number) => readAll(context, joinTokens, limit)
  const id = await resolveId(given, { what: 'join token', list })
  const { token } = await mutate(context, RevokeJoinTokenDocument, { id, idempotencyKey })
  await context.output.one(token ?? { id }, () => [`join token ${id} lets no host in any more`])
}
