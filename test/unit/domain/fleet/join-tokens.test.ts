import { describe, expect, it } from 'vitest'
import { parseJoinTokenId } from '../../../../domain/fleet/id.ts'
import { type FleetCommand, type FleetEvent, fleet, fleetEvents } from '../../../../domain/fleet/index.ts'
import { formatJoinToken, tryJoinToken } from '../../../../domain/guest/join-token.ts'
import type { HostId } from '../../../../domain/ids.ts'
import { specOf } from '../../../support/spec.ts'
import { at, hostId } from '../samples.ts'

const { given } = specOf(fleet, fleetEvents)

const tokenId = parseJoinTokenId('019a0009-0000-7000-8000-000000000001')
const issue: FleetCommand = {
  type: 'IssueJoinToken',
  tokenId,
  proofKey: 'proof key',
  hostId: null,
  now: at(0),
  expiresAt: at(3600),
}
const issued = (forHost: HostId | null = null): FleetEvent => ({
  type: 'FleetJoinTokenIssued',
  data: { tokenId, proofKey: 'proof key', hostId: forHost, expiresAt: at(3600) },
})
const taken = (name: string, host = hostId()): FleetEvent => ({
  type: 'FleetHostNameTaken',
  data: { hostId: host, name },
})
const used = (host = hostId(), signingKey = 'key'): FleetEvent => ({
  type: 'FleetJoinTokenUsed',
  data: { tokenId, hostId: host, signingKey },
})
const join = (host = hostId(), name = 'db-1', now = 10, signingKey = 'key'): FleetCommand => ({
  type: 'TakeHostName',
  hostId: host,
  name,
  joinToken: { tokenId, signingKey, now: at(now) },
})

describe('a join token', () => {
  it('is issued once, and not for a time that has passed', () => {
    given().when(issue).thenEvents(issued())
    given(issued())
      .when({ ...issue, proofKey: 'another' })
      .thenRejected('ALREADY_EXISTS')
    given()
      .when({ ...issue, expiresAt: at(0) })
      .thenRejected('INVALID_INPUT', { field: 'expiresAt' })
  })

  it('lets one host in, with one key, as often as that one asks', () => {
    given(issued()).when(join()).thenEvents(used(), taken('db-1'))
    given(issued(), used(), taken('db-1')).when(join()).thenNothing()
    given(issued(), used(), taken('db-1'))
      .when(join(hostId(2), 'db-2'))
      .thenRejected('FORBIDDEN')
    given(issued(), used(), taken('db-1'))
      .when(join(hostId(), 'db-1', 10, 'another key'))
      .thenRejected('FORBIDDEN')
  })

  it('is not used up by a host whose name is another one’s', () => {
    given(issued(), taken('db-1', hostId(2)))
      .when(join())
      .thenRejected('ALREADY_EXISTS')
    given(issued(), taken('db-1', hostId(2)))
      .when(join(hostId(), 'db-2'))
      .thenEvents(used(), taken('db-2'))
  })

  it('lets nobody in after it has expired, where nobody knows it, or for another host', () => {
    given(issued())
      .when(join(hostId(), 'db-1', 3600))
      .thenRejected('FORBIDDEN')
    given(issued(), used(), taken('db-1'))
      .when(join(hostId(), 'db-1', 9999))
      .thenNothing()
    given().when(join()).thenRejected('FORBIDDEN')
    given(issued(hostId(2)))
      .when(join())
      .thenRejected('FORBIDDEN')
    given(issued(hostId(2)))
      .when(join(hostId(2)))
      .thenEvents(used(hostId(2)), taken('db-1', hostId(2)))
  })

  it('lets nobody in once it was revoked, which can be said twice, but not of one that a host has joined with', () => {
    const revoke: FleetCommand = { type: 'RevokeJoinToken', tokenId }
    const revoked: FleetEvent = { type: 'FleetJoinTokenRevoked', data: { tokenId } }
    given(issued()).when(revoke).thenEvents(revoked)
    given(issued(), revoked).when(revoke).thenNothing()
    given(issued(), revoked).when(join()).thenRejected('FORBIDDEN')
    given(issued(), revoked).when(issue).thenNothing()
    given(issued(), used(), taken('db-1'))
      .when(revoke)
      .thenRejected('INVALID_STATE', { details: { hostId: hostId() } })
    given().when(revoke).thenRejected('NOT_FOUND')
  })

  it('is one text that says all of it, and any other text is none', () => {
    const token = { tokenId, secret: `${'_-'.repeat(21)}x`, controlKey: `${'-_'.repeat(21)}y` }
    expect(tryJoinToken(formatJoinToken(token))).toEqual(token)
    for (const text of ['', 'coffer_join_', `${formatJoinToken(token)}x`, formatJoinToken(token).slice(0, -1)])
      expect(tryJoinToken(text)).toBeNull()
  })
})
