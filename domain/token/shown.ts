import type { ShownOf } from '../aggregate.ts'
import type { tokenEvents } from './events.ts'

export const tokenShown: ShownOf<typeof tokenEvents> = {
  TokenIssued: ({ tokenId, projectId, name, role, ancestors, expiresAt }) => ({
    tokenId,
    projectId,
    name,
    role,
    ancestors,
    expiresAt,
  }),
  TokenRevoked: ({ tokenId }) => ({ tokenId }),
}
