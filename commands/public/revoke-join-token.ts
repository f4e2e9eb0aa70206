import { z } from 'zod'
import { fleet, fleetStream } from '../../domain/fleet/index.ts'
import { joinTokenIdSchema } from '../../domain/ids.ts'
import { shownId } from './answers.ts'
import { accepted, defineCommand, refused } from './definition.ts'
import { joinTokenIdField } from './input.ts'

export const revokeJoinToken = defineCommand({
  name: 'RevokeJoinToken',
  role: 'admin',
  does: 'Admins only. Revokes a join token that no host has joined with.',
  asks: 'Which join token.',
  input: z.strictObject({ id: joinTokenIdField('The id of the join token.') }),
  answer: {
    name: 'RevokeJoinToken',
    says: 'The join token lets no host in any more.',
    fields: z.object({ joinTokenId: shownId(joinTokenIdSchema, 'Its id.') }),
  },
  carryOut: async ({ handler }, job, { id: tokenId }) => {
    const handled = await handler.handle(fleet, fleetStream, { type: 'RevokeJoinToken', tokenId }, job.context)
    if (handled.outcome === 'rejected') return refused(handled.rejection)
    const { position, events } = handled
    return accepted({ position, joinTokenId: tokenId, replayed: events.length === 0 })
  },
})
