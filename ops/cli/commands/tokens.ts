import type { CliContext } from '../context.ts'
import { documents } from '../documents.ts'
import { acceptedOf, mutate } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { requestOnce } from '../request-once.ts'
import { resolveId, shortId } from '../short-ids.ts'
import { localTime } from '../time.ts'
import type { Refusal, Token } from '../types.ts'

export type IssueOptions = {
  readonly role: string
  readonly expires?: string
  readonly project?: string
  readonly idempotencyKey?: string
}

type Issued = {
  readonly __typename: string
  readonly replayed: boolean
  readonly tokenId: string | null
  readonly secret: string | null
  readonly token: Token | null
}

/** Makes a token and shows it, this once. */
export const issueToken = async (context: CliContext, name: string, options: IssueOptions): Promise<void> => {
  const input = {
    name,
    role: options.role.toUpperCase(),
    expiresAt: options.expires,
    projectId: options.project,
    idempotencyKey: options.idempotencyKey,
  }
  const { result } = await requestOnce<{ result: Issued | Refusal }>(context, documents.issueToken, input)
  const { token, tokenId, secret, replayed } = acceptedOf(result)
  await context.output.one({ ...token, id: tokenId, secret, replayed }, () => [
    ...formatFields([
      ['name', name],
      ['id', tokenId],
      ['project', token?.projectId],
      ['role', token?.role],
      ['expires', token?.expiresAt && localTime(token.expiresAt)],
      ['token', secret ?? '(shown once, when it was made)'],
    ]),
    '',
    ...(secret === null
      ? []
      : ['Keep the token now: it is stored nowhere and never shown again. Use it as COFFER_TOKEN.']),
  ])
}

export const listTokens = async (context: CliContext, { project }: { readonly project?: string }): Promise<void> => {
  const tokens = await readAll<Token>(context, documents.tokens, 'tokens', { projectId: project })
  await context.output.list(
    tokens,
    [
      ['NAME', ({ name }) => name, 'cutting'],
      ['PROJECT', ({ projectId }) => projectId],
      ['ROLE', ({ role }) => role],
      ['STATE', stateOf],
      ['EXPIRES', ({ expiresAt }) => expiresAt && localTime(expiresAt)],
      ['ID', ({ id }) => shortId(id)],
    ],
    'There are no tokens.',
  )
}

const stateOf = ({ revoked, expiresAt }: Token): string => {
  if (revoked) return 'REVOKED'
  return expiresAt && Date.parse(expiresAt) <= Date.now() ? 'EXPIRED' : 'VALID'
}

/** By id, or by the end of one. */
export const revokeToken = async (context: CliContext, given: string): Promise<void> => {
  const id = await resolveId(context, given, { what: 'token', document: documents.tokens, field: 'tokens' })
  type Revoked = { readonly __typename: string; readonly token: Token | null }
  const { token } = await mutate<Revoked>(context, documents.revokeToken, { id })
  await context.output.one(token, () => [`${token?.name ?? id} opens nothing any more`])
}
