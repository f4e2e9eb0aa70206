import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { HostId } from '../ids.ts'
import type { Rejection } from '../rejection.ts'
import { sameName } from '../values/names.ts'
import { quote } from '../values/text.ts'
import { hasPassed } from '../values/time.ts'
import type { FleetCommand } from './commands.ts'
import type { FleetEvent } from './events.ts'
import type { FleetState, IssuedJoinToken } from './state.ts'

type TakeHostName = Extract<FleetCommand, { readonly type: 'TakeHostName' }>
type IssueJoinToken = Extract<FleetCommand, { readonly type: 'IssueJoinToken' }>
type RevokeJoinToken = Extract<FleetCommand, { readonly type: 'RevokeJoinToken' }>

export const decide = (command: FleetCommand, state: FleetState): Decision<FleetEvent> => {
  switch (command.type) {
    case 'TakeHostName':
      return takeHostName(command, state)
    case 'ReleaseHostName': {
      const { hostId } = command
      const name = state.names.get(hostId)
      return name === undefined ? accept() : accept({ type: 'FleetHostNameReleased', data: { hostId, name } })
    }
    case 'IssueJoinToken':
      return issueJoinToken(command, state)
    case 'RevokeJoinToken':
      return revokeJoinToken(command, state)
    default:
      return unreachable(command)
  }
}

/** A token is used up only by a host that gets its name, so that one that is refused for that can come again. */
const takeHostName = ({ hostId, name, joinToken }: TakeHostName, state: FleetState): Decision<FleetEvent> => {
  const own = state.names.get(hostId)
  const other =
    own === name ? undefined : [...state.names].find(([id, taken]) => id !== hostId && sameHostName(taken, name))
  if (other) return reject(nameTaken(name, other[0]))
  const taken: readonly FleetEvent[] = own === name ? [] : [{ type: 'FleetHostNameTaken', data: { hostId, name } }]
  if (joinToken === null) return accept(...taken)
  const { tokenId, signingKey, now } = joinToken
  const token = state.joinTokens.get(tokenId)
  const refusal = refusalOf(token, hostId, signingKey, now)
  if (refusal !== null) return reject(refusal)
  const used: readonly FleetEvent[] = token?.used
    ? []
    : [{ type: 'FleetJoinTokenUsed', data: { tokenId, hostId, signingKey } }]
  return accept(...used, ...taken)
}

const refusalOf = (
  token: IssuedJoinToken | undefined,
  hostId: HostId,
  signingKey: string,
  now: string,
): Rejection | null => {
  if (!token) return notLetIn('the control plane does not know the join token')
  if (token.hostId !== null && token.hostId !== hostId) return notLetIn('the join token is for another host')
  if (token.used) {
    const isOwn = token.used.hostId === hostId && token.used.signingKey === signingKey
    return isOwn ? null : notLetIn('the join token was used by another host')
  }
  if (token.revoked) return notLetIn('the join token was revoked')
  return hasPassed(token.expiresAt, now) ? notLetIn(`the join token expired at ${token.expiresAt}`) : null
}

const notLetIn = (reason: string): Rejection => ({
  code: 'FORBIDDEN',
  message: `${reason}: make one with "coffer admin host join-token" and start the agent with it as COFFER_JOIN_TOKEN`,
})

const issueJoinToken = (
  { tokenId, proofKey, hostId, now, expiresAt }: IssueJoinToken,
  { joinTokens }: FleetState,
): Decision<FleetEvent> => {
  // The secret is random: the same one comes only from a repeat of the same command.
  if (joinTokens.get(tokenId)?.proofKey === proofKey) return accept()
  if (joinTokens.has(tokenId))
    return reject({ code: 'ALREADY_EXISTS', message: `join token ${tokenId} exists already` })
  if (hasPassed(expiresAt, now)) {
    return reject({
      code: 'INVALID_INPUT',
      message: `a join token must expire after now (${now}), not at ${expiresAt}`,
      field: 'expiresAt',
    })
  }
  return accept({ type: 'FleetJoinTokenIssued', data: { tokenId, proofKey, hostId, expiresAt } })
}

/** One that a host has joined with is done with: its host is known by its own key. */
const revokeJoinToken = ({ tokenId }: RevokeJoinToken, { joinTokens }: FleetState): Decision<FleetEvent> => {
  const token = joinTokens.get(tokenId)
  if (!token) return reject({ code: 'NOT_FOUND', message: `there is no join token ${tokenId}`, field: 'id' })
  if (token.used) {
    const { hostId } = token.used
    return reject({
      code: 'INVALID_STATE',
      message: `host ${hostId} has joined with join token ${tokenId}, which lets in no other; "coffer admin host remove ${hostId}" removes the host`,
      field: 'id',
      details: { hostId },
    })
  }
  return token.revoked ? accept() : accept({ type: 'FleetJoinTokenRevoked', data: { tokenId } })
}

/** As of machines: in any case. */
const sameHostName = (one: string, other: string): boolean => sameName(one.toLowerCase(), other.toLowerCase())

const nameTaken = (name: string, other: HostId) =>
  ({
    code: 'ALREADY_EXISTS',
    message: `host ${other} has the name ${quote(name)}: give this host another one (COFFER_AGENT_NAME) and restart its agent, or remove that host ("coffer admin host remove ${other}")`,
    field: 'name',
    details: { hostId: other },
  }) as const
