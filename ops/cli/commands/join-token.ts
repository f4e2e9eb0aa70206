import type { CliContext } from '../context.ts'
import { IssueJoinTokenDocument } from '../generated/graphql.ts'
import { acceptedOf } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { requestOnce } from '../request-once.ts'
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
  const { result } = await requestOnce(context, IssueJoinTokenDocument, input)
  const { joinTokenId: id, joinToken, expiresAt, replayed } = acceptedOf(result)
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
