import { describe, expect, it } from 'vitest'
import { type TokenCommand, type TokenEvent, token, tokenEvents } from '../../../../domain/token/index.ts'
import { specOf } from '../../../support/spec.ts'
import { at, projectId, tokenId } from '../samples.ts'

const { given } = specOf(token, tokenEvents)

const data = {
  tokenId: tokenId(),
  projectId,
  name: 'ci',
  role: 'member',
  secretHash: 'aGFzaA',
  expiresAt: at(60),
} as const
const issued: TokenEvent = { type: 'TokenIssued', data }
const revoked: TokenEvent = { type: 'TokenRevoked', data: { tokenId: tokenId() } }
const issue: Extract<TokenCommand, { type: 'IssueToken' }> = { type: 'IssueToken', ...data, now: at(0) }
const revoke: TokenCommand = { type: 'RevokeToken', tokenId: tokenId() }

describe('issuing a token', () => {
  it('is noted with its hash, and without the moment it was asked for', () => {
    given().when(issue).thenEvents(issued)
  })

  it('may be for good', () => {
    given()
      .when({ ...issue, expiresAt: null })
      .thenEvents({ type: 'TokenIssued', data: { ...data, expiresAt: null } })
  })

  it('does nothing when it comes again, even after it was revoked', () => {
    given(issued).when(issue).thenNothing()
    given(issued, revoked).when(issue).thenNothing()
  })

  it('is refused when the id has another secret', () => {
    given(issued)
      .when({ ...issue, secretHash: 'b3RoZXI' })
      .thenRejected('ALREADY_EXISTS')
  })

  it.each([0, 60])('is refused when it would have expired by now (%i s after)', (now) => {
    const { message } = given()
      .when({ ...issue, expiresAt: at(0), now: at(now) })
      .thenRejected('INVALID_INPUT', { field: 'expiresAt' })
    expect(message).toContain(at(0))
  })
})

describe('revoking a token', () => {
  it('is noted, once', () => {
    const state = given(issued).when(revoke).thenEvents(revoked)
    expect(state.status).toBe('REVOKED')
    given(issued, revoked).when(revoke).thenNothing()
  })

  it('is refused when there is none', () => {
    given().when(revoke).thenRejected('NOT_FOUND')
  })
})
