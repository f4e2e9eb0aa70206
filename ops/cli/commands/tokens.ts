import type { CliContext } from '../context.ts'
import {
  IssueTokenDocument,
  RevokeTokenDocument,
  type Role,
  type TokenFragment,
  TokensDocument,
  type TokensQuery,
} from '../generated/graphql.ts'
import { mutate, mutateOnce } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { resolveId, shortId } from '../short-ids.ts'
import { localTime } from '../time.ts'

export type IssueOptions = {
  readonly role: string
  readonly expires?: string
  readonly project?: string
  readonly idempotencyKey?: string
}

/** Makes a token and shows it, this once. */
export const issueToken = async (context: CliContext, name: string, options: IssueOptions): Promise<void> => {
  const input = {
    name,
    // The server says which roles there are.
    role: options.role.toUpperCase() as Role,
    expiresAt: options.expires,
    projectId: options.project,
    idempotencyKey: options.idempotencyKey,
  }
  const { token, tokenId, secret, replayed } = await mutateOnce(context, IssueTokenDocument, input)
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

const tokensOf = (projectId: string | undefined) => ({
  document: TokensDocument,
  of: ({ tokens }: TokensQuery) => tokens,
  variables: { projectId },
})

export const listTokens = async (context: CliContext, { project }: { readonly project?: string }): Promise<void> => {
  const tokens = await readAll(context, tokensOf(project))
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

const stateOf = ({ revoked, expiresAt }: TokenFragment): string => {
  if (revoked) return 'REVOKED'
  return expiresAt && Date.parse(expiresAt) <= Date.now() ? 'EXPIRED' : 'VALID'
}

/** By id, or by the end of one. */
export const revokeToken = async (context: CliContext, given: string): Promise<void> => {
  const id = await resolveId(given, { what: 'token', list: (limit) => readAll(context, tokensOf(undefined), limit) })
  const { token } = await mutate(context, RevokeTokenDocument, { id })
  await context.output.one(token, () => [`${token?.name ?? id} opens nothing any more`])
}
