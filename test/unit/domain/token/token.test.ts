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
const issuedWith = (change: {
  readonly expiresAt?: string | null
  readonly ancestors?: ReturnType<typeof tokenId>[]
}) => ({ type: 'TokenIssued', data: { ...data, ancestors: [], ...change } }) satisfies TokenEvent
const issued: TokenEvent = issuedWith({})
const revoked: TokenEvent = { type: 'TokenRevoked', data: { tokenId: tokenId() } }
const issue: Extract<TokenCommand, { type: 'IssueToken' }> = {
  type: 'IssueToken',
  ...data,
  ancestors: [],
  endsBy: null,
  now: at(0),
}
const revoke: TokenCommand = { type: 'RevokeToken', tokenId: tokenId() }

describe('issuing a token', () => {
  it('is noted with its hash, and without the moment it was asked for', () => {
    given().when(issue).thenEvents(issued)
  })

  it('may be for good', () => {
    given()
      .when({ ...issue, expiresAt: null })
      .thenEvents(issuedWith({ expiresAt: null }))
  })

  it('with another token ends with that one at the latest, also when no time is given', () => {
    const ancestors = [tokenId(2), tokenId(3)]
    const child = { ...issue, ancestors, endsBy: at(30) }
    given()
      .when({ ...child, expiresAt: null })
      .thenEvents(issuedWith({ ancestors, expiresAt: at(30) }))
    given()
      .when({ ...child, expiresAt: at(30) })
      .thenEvents(issuedWith({ ancestors, expiresAt: at(30) }))
    const { message } = given().when(child).thenRejected('INVALID_INPUT', { field: 'expiresAt' })
    expect(message).toContain(at(30))
  })

  it('is refused at the end of too long a line of tokens', () => {
    const ancestors = Array.from({ length: 9 }, (_, index) => tokenId(index + 2))
    given()
      .when({ ...issue, ancestors })
      .thenRejected('INVALID_STATE')
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
