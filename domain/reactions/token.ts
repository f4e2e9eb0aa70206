import type { TokenEvent, TokenState, token } from '../token/index.ts'
import type { Reaction, ReactionsOf } from './reaction.ts'

/** Its room in the quota is held for good, or free again. */
const tell =
  (type: 'ConfirmToken' | 'ReleaseToken') =>
  (_: TokenEvent, state: TokenState): readonly Reaction[] => {
    if (state.status === 'ABSENT') return []
    const { projectId, tokenId } = state
    return [{ target: 'project', id: projectId, command: { type, projectId, tokenId } }]
  }

export const tokenReactions: ReactionsOf<typeof token> = {
  TokenIssued: tell('ConfirmToken'),
  TokenRevoked: tell('ReleaseToken'),
}
