import { z } from 'zod'
import { joinTokenIdSchema } from '../../domain/fleet/id.ts'
import { fleet, fleetStream } from '../../domain/fleet/index.ts'
import { shownId } from './answers.ts'
import { defineCommand } from './definition.ts'
import { handleAs } from './handle-as.ts'
import { uuidField } from './input.ts'

export const revokeJoinToken = defineCommand({
  name: 'RevokeJoinToken',
  role: 'admin',
  does: 'Admins only. Revokes a join token that no host has joined with.',
  asks: 'Which join token.',
  input: z.strictObject({ id: uuidField(joinTokenIdSchema, 'join token id', 'The id of the join token.') }),
  answer: {
    name: 'RevokeJoinToken',
    says: 'The join token lets no host in any more.',
    fields: z.object({ joinTokenId: shownId(joinTokenIdSchema, 'Its id.') }),
  },
  carryOut: (dependencies, job, { id: tokenId }) =>
    handleAs(dependencies, job, fleet, fleetStream, { type: 'RevokeJoinToken', tokenId }, { joinTokenId: tokenId }),
})
