import { tokenIdSchema } from '../../domain/ids.ts'
import type { SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { tryParseId } from '../ids.ts'
import { type AcceptedInterface, defineResult, idempotencyKeyField } from '../mutation.ts'
import { isAnyRevoked } from '../pipeline/api-token.ts'
import { projectForWrite, scopeOf, visibleTo } from '../pipeline/tenancy.ts'
import { readBack, type Written, write } from '../write.ts'
import { invalidId } from './refusal.ts'

export const addToken = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  addTokenType(parts)
  addTokenQuery(parts)
  addIssueToken(parts, Accepted)
  addRevokeToken(parts, Accepted)
}

const addTokenType = ({ Actor, Node, Role, Token }: SchemaParts): void => {
  Token.implement({
    interfaces: [Node],
    description: 'A token of the API. The secret itself is kept nowhere.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      projectId: t.exposeID('projectId', { description: 'The project its holder acts for.' }),
      name: t.exposeString('name', { description: 'What it is for, in the words of who made it.' }),
      role: t.expose('role', { type: Role, description: 'What its holder may do.' }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'Null: does not expire.' }),
      revoked: t.boolean({
        description: 'It was revoked, or a token that it was made with, and opens nothing.',
        resolve: async ({ revoked, ancestors }, _args, { backend }) =>
          revoked || (ancestors.length > 0 && (await isAnyRevoked(backend.views, ancestors))),
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      createdBy: t.expose('createdBy', { type: Actor, description: 'Who made it.' }),
    }),
  })
}

const addTokenQuery = (parts: SchemaParts): void => {
  const { builder, Token } = parts
  const { Connection } = defineConnection(parts, { name: 'Token', view: 'tokens', node: Token })
  builder.queryField('tokens', (t) =>
    t.field({
      type: Connection,
      args: {
        projectId: t.arg.id({ description: 'Admins only: of this project. Admins see all projects without it.' }),
        ...listArguments(t.arg),
      },
      complexity: listComplexity,
      description: 'The tokens of the project, revoked and expired ones too, oldest first.',
      resolve: async (_root, { projectId, ...args }, { session, backend }) => {
        const scope = scopeOf(session, projectId, 'projectId')
        const place = cursorPlace(backend.cursors, 'tokens', async (sortKey) => {
          const tokenId = tryParseId(tokenIdSchema, sortKey)
          return tokenId !== null && visibleTo(session, await backend.views.token(tokenId)) !== null
        })
        return listPage(args, place, (request) => backend.views.tokens(scope, request))
      },
    }),
  )
}

const writtenToken = ({ answer: { tokenId } }: Written, context: ApiContext) =>
  tokenId === null ? null : readBack(context, () => context.backend.views.token(tokenId))

const addIssueToken = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Role, Token } = parts
  const IssueTokenAccepted = builder.objectRef<Written>('IssueTokenAccepted').implement({
    description: 'The token was made.',
    interfaces: [Accepted],
    fields: (t) => ({
      tokenId: t.id({ nullable: true, description: 'Its id.', resolve: ({ answer }) => answer.tokenId }),
      secret: t.string({
        nullable: true,
        description:
          'What to send as `Authorization: Bearer ...`. Shown in this answer only; a repeat with the same `idempotencyKey` and input gives the same.',
        resolve: ({ answer }) => answer.token,
      }),
      token: t.field({
        type: Token,
        nullable: true,
        description: 'What is known of it. Null only while `upToDate` is false.',
        resolve: (written, _args, context) => writtenToken(written, context),
      }),
    }),
  })
  const IssueTokenResult = defineResult(parts, {
    name: 'IssueTokenResult',
    accepted: IssueTokenAccepted,
    description: 'What became of `issueToken`.',
  })
  const IssueTokenInput = builder.inputType('IssueTokenInput', {
    description: 'What the token is for.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'For people, to tell tokens apart.' }),
      role: t.field({ type: Role, required: true, description: 'What its holder may do.' }),
      expiresAt: t.field({ type: 'DateTime', description: 'Does not expire if left out.' }),
      projectId: t.id({ description: "Admins only: for which project; one's own if left out." }),
      ...idempotencyKeyField(t),
    }),
  })
  builder.mutationField('issueToken', (t) =>
    t.field({
      type: IssueTokenResult,
      args: { input: t.arg({ type: IssueTokenInput, required: true, description: 'What the token is for.' }) },
      description: 'Makes a token for a project. It can not do more than who makes it.',
      resolve: (_root, { input: { name, role, expiresAt, projectId, idempotencyKey } }, context) => {
        const owner = projectForWrite(context.session, projectId)
        if (typeof owner !== 'string') return owner
        const command = { type: 'IssueToken' as const, projectId: owner, name, role, expiresAt: expiresAt ?? null }
        return write(context, { command, idempotencyKey })
      },
    }),
  )
}

const addRevokeToken = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Token } = parts
  const RevokeTokenAccepted = builder.objectRef<Written>('RevokeTokenAccepted').implement({
    description: 'The token opens nothing any more; open subscriptions of its holder end within seconds.',
    interfaces: [Accepted],
    fields: (t) => ({
      tokenId: t.id({ nullable: true, description: 'Its id.', resolve: ({ answer }) => answer.tokenId }),
      token: t.field({
        type: Token,
        nullable: true,
        description: 'The token as it is now. Null only while `upToDate` is false.',
        resolve: (written, _args, context) => writtenToken(written, context),
      }),
    }),
  })
  const RevokeTokenResult = defineResult(parts, {
    name: 'RevokeTokenResult',
    accepted: RevokeTokenAccepted,
    description: 'What became of `revokeToken`.',
  })
  const RevokeTokenInput = builder.inputType('RevokeTokenInput', {
    description: 'Which token.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the token.' }),
      ...idempotencyKeyField(t),
    }),
  })
  builder.mutationField('revokeToken', (t) =>
    t.field({
      type: RevokeTokenResult,
      args: { input: t.arg({ type: RevokeTokenInput, required: true, description: 'Which token.' }) },
      description: 'Revokes a token for good.',
      resolve: (_root, { input: { id, idempotencyKey } }, context) => {
        const parsed = tokenIdSchema.safeParse(id)
        if (!parsed.success) return invalidId(id, 'a token')
        return write(context, { command: { type: 'RevokeToken', tokenId: parsed.data }, idempotencyKey })
      },
    }),
  )
}
