import { z } from 'zod'
import { project, projectStream } from '../../domain/project/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { type TokenId, tokenIdSchema } from '../../domain/token/id.ts'
import { token, tokenStream } from '../../domain/token/index.ts'
import { isAdmin, reaches } from '../dispatch/authorise.ts'
import { lossOf } from '../dispatch/lost-stream.ts'
import { shownId } from './answers.ts'
import { accepted, defineCommand, refused } from './definition.ts'
import { uuidField } from './input.ts'

export const revokeToken = defineCommand({
  name: 'RevokeToken',
  role: 'member',
  does: 'Revokes a token for good.',
  asks: 'Which token.',
  input: z.strictObject({ id: uuidField(tokenIdSchema, 'token id', 'The id of the token.') }),
  answer: {
    name: 'RevokeToken',
    says: 'The token opens nothing any more; open subscriptions of its holder end within seconds.',
    fields: z.object({ tokenId: shownId(tokenIdSchema, 'Its id.') }),
  },
  carryOut: async (dependencies, job, { id: tokenId }) => {
    const { handler } = dependencies
    const stream = tokenStream(tokenId)
    const { state } = await handler.load(token, stream)
    if (state.status === 'ABSENT' || !reaches(job.reach, state.projectId)) {
      const loss = state.status === 'ABSENT' ? lossOf(dependencies, job, stream) : null
      return refused(loss ?? noSuchToken(tokenId))
    }
    if (state.role === 'admin' && !isAdmin(job.actor)) {
      return refused({
        code: 'FORBIDDEN',
        message: `token ${tokenId} has the role admin: only an admin may revoke it`,
        field: 'id',
      })
    }
    const { projectId } = state
    const context = { ...job.context, projectId }
    const handled = await handler.handle(token, stream, { type: 'RevokeToken', tokenId }, context)
    if (handled.outcome === 'rejected') return refused(handled.rejection)
    // At once, so that another can be issued in its place; where this is not reached, the sagas come to it.
    await handler.handle(project, projectStream(projectId), { type: 'ReleaseToken', projectId, tokenId }, context)
    return accepted({ position: handled.position, tokenId, replayed: handled.events.length === 0 })
  },
})

const noSuchToken = (tokenId: TokenId): Rejection => ({
  code: 'NOT_FOUND',
  message: `there is no token ${tokenId} that you may see`,
  field: 'id',
})
