import { issueJoinToken } from '../../commands/public/issue-join-token.ts'
import { revokeJoinToken } from '../../commands/public/revoke-join-token.ts'
import { type JoinTokenId, joinTokenIdSchema } from '../../domain/fleet/id.ts'
import type { JoinTokenDocument } from '../../projections/views/join-tokens.ts'
import type { NewObjectRef, SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { requireAdmin } from '../pipeline/tenancy.ts'
import { visibleToAdmins } from '../visible.ts'

type Parts = SchemaParts & { readonly JoinToken: NewObjectRef<JoinTokenDocument> }

const addJoinToken = (shared: SchemaParts, { result, mutation }: Mutations): void => {
  const JoinToken = shared.builder.objectRef<JoinTokenDocument>('JoinToken')
  const parts: Parts = { ...shared, JoinToken }
  addJoinTokenType(parts)
  addJoinTokenQuery(parts)
  mutation(issueJoinToken, result(issueJoinToken.answer, { became: '`issueJoinToken`', readsBack: {} }))
  mutation(
    revokeJoinToken,
    result(revokeJoinToken.answer, {
      became: '`revokeJoinToken`',
      readsBack: {
        token: readsBackAs(JoinToken, 'The token as it is now. Null only while `upToDate` is false.', writtenToken),
      },
    }),
  )
}

const writtenToken = ({ joinTokenId }: { readonly joinTokenId: JoinTokenId }, { backend }: ApiContext) =>
  backend.views.joinToken(joinTokenId)

const addJoinTokenType = ({ Actor, Host, JoinToken, Node }: Parts): void => {
  JoinToken.implement({
    interfaces: [Node],
    description: 'What one host joins with, once. What it is made from is kept nowhere.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      host: t.field({
        type: Host,
        nullable: true,
        description:
          'The one host that it lets in, also with another key than before. Null: any that is not known yet.',
        resolve: ({ hostId }, _args, { loadHost }) => hostId && loadHost(hostId),
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it lets no host in any more.' }),
      revoked: t.exposeBoolean('revoked', { description: 'It was revoked, and lets no host in.' }),
      usedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When a host joined with it. Null: none has.',
        resolve: ({ used }) => used?.at ?? null,
      }),
      usedBy: t.field({
        type: Host,
        nullable: true,
        description: 'The host that joined with it. Null: none has, or it was removed.',
        resolve: ({ used }, _args, { loadHost }) => used && loadHost(used.hostId),
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      createdBy: t.expose('createdBy', { type: Actor, description: 'Who made it.' }),
    }),
  })
}

const addJoinTokenQuery = (parts: Parts): void => {
  const { builder, JoinToken } = parts
  const { Connection } = defineConnection(parts, { name: 'JoinToken', view: 'join-tokens', node: JoinToken })
  builder.queryField('joinTokens', (t) =>
    t.field({
      type: Connection,
      args: listArguments(t.arg),
      complexity: listComplexity,
      description:
        'Admins only; others are answered with the error `FORBIDDEN`. Join tokens, also those that are used, expired or revoked, oldest first.',
      resolve: async (_root, args, { session, backend }) => {
        requireAdmin(session, 'the list of join tokens')
        return listPage(args, cursorPlace(backend.cursors, 'join-tokens'), backend.views.joinTokens)
      },
    }),
  )
}

export const joinTokenNoun: Noun = {
  nodes: { JoinToken: visibleToAdmins(joinTokenIdSchema, ({ backend }, id) => backend.views.joinToken(id)) },
  add: addJoinToken,
}
