import { accept, type Decision, reject, unreachable } from '../decider.ts'
import { hasPassed } from '../values/time.ts'
import type { TokenCommand } from './commands.ts'
import type { TokenEvent } from './events.ts'
import type { TokenState } from './state.ts'

type IssueToken = Extract<TokenCommand, { readonly type: 'IssueToken' }>

export const decide = (command: TokenCommand, state: TokenState): Decision<TokenEvent> => {
  switch (command.type) {
    case 'IssueToken':
      return issueToken(command, state)
    case 'RevokeToken': {
      const { tokenId } = command
      if (state.status === 'REVOKED') return accept()
      if (state.status === 'ISSUED') return accept({ type: 'TokenRevoked', data: { tokenId } })
      return reject({ code: 'NOT_FOUND', message: 'there is no such token', field: 'tokenId' })
    }
    default:
      return unreachable(command)
  }
}

/** All of them are looked up whenever the token is used. */
const maxAncestors = 8

const issueToken = (command: IssueToken, state: TokenState): Decision<TokenEvent> => {
  const { type: _, now, endsBy, ancestors, ...token } = command
  if (state.status !== 'ABSENT') {
    // The secret is random: the same one comes only from a repeat of the same command.
    if (state.secretHash === command.secretHash) return accept()
    return reject({ code: 'ALREADY_EXISTS', message: `token ${command.tokenId} exists already`, field: 'tokenId' })
  }
  if (token.expiresAt !== null && hasPassed(token.expiresAt, now)) {
    return reject({
      code: 'INVALID_INPUT',
      message: `a token must expire after now (${now}), not at ${token.expiresAt}; without a time it does not expire`,
      field: 'expiresAt',
    })
  }
  if (ancestors.length > maxAncestors) {
    return reject({
      code: 'INVALID_STATE',
      message: `a token made with a token, and so on, goes ${maxAncestors} deep at most: use one that is nearer to the first`,
    })
  }
  if (endsBy !== null && token.expiresAt !== null && !hasPassed(token.expiresAt, endsBy)) {
    return reject({
      code: 'INVALID_INPUT',
      message: `a token ends with the one that it was made with, at ${endsBy} at the latest, not at ${token.expiresAt}`,
      field: 'expiresAt',
    })
  }
  const expiresAt = token.expiresAt ?? endsBy
  return accept({ type: 'TokenIssued', data: { ...token, ancestors: [...ancestors], expiresAt } })
}
