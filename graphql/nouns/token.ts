import { issueToken } from '../../commands/public/issue-token.ts'
import { revokeToken } from '../../commands/public/revoke-token.ts'
import { type TokenId, tokenIdSchema } from '../../domain/token/id.ts'
import type { TokenDocument } from '../../projections/views/tokens.ts'
import type { NewObjectRef, SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { isAnyRevoked } from '../pipeline/api-token.ts'
import { scopeOf } from '../pipeline/tenancy.ts'
import { visible } from '../visible.ts'

type Parts = SchemaParts & { readonly Token: NewObjectRef<TokenDocument> }

const addToken = (shared: SchemaParts, mutations: Mutations): void => {
  const parts: Parts = { ...shared, Token: shared.builder.objectRef<TokenDocument>('Token') }
  addTokenType(parts)
  addTokenQuery(parts)
  addTokenCommands(parts, mutations)
}

const addTokenType = ({ Actor, Node, Role, Token }: Parts): void => {
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

const addTokenQuery = (parts: Parts): void => {
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
      resolve: async (_root, { projectId, ...args }, context) => {
        const { session, backend } = context
        const scope = scopeOf(session, projectId, 'projectId')
        return listPage(args, cursorPlace(backend.cursors, 'tokens'), (request) => backend.views.tokens(scope, request))
      },
    }),
  )
}

const writtenToken = ({ tokenId }: { readonly tokenId: TokenId }, { backend }: ApiContext) =>
  backend.views.token(tokenId)

const addTokenCommands = ({ Token }: Parts, { result, mutation }: Mutations): void => {
  mutation(
    issueToken,
    result(issueToken.answer, {
      became: '`issueToken`',
      readsBack: {
        token: readsBackAs(Token, 'What is known of it. Null only while `upToDate` is false.', writtenToken),
      },
    }),
  )
  mutation(
    revokeToken,
    result(revokeToken.answer, {
      became: '`revokeToken`',
      readsBack: {
        token: readsBackAs(Token, 'The token as it is now. Null only while `upToDate` is false.', writtenToken),
      },
    }),
  )
}

export const tokenNoun: Noun = {
  nodes: { Token: visible(tokenIdSchema, ({ backend }, id) => backend.views.token(id)) },
  add: addToken,
}
