import { describe, it } from 'vitest'
import { type ProjectCommand, type ProjectEvent, project, projectEvents } from '../../../../domain/project/index.ts'
import { specOf } from '../../../support/spec.ts'
import { at, projectId, tokenId } from '../samples.ts'

const { given } = specOf(project, projectEvents)

type Hold = Extract<ProjectCommand, { readonly type: 'HoldToken' }>
const hold = (ordinal: number, change: Partial<Hold> = {}): Hold => ({
  type: 'HoldToken',
  projectId,
  tokenId: tokenId(ordinal),
  ancestors: [],
  expiresAt: null,
  now: at(0),
  heldUntil: at(60),
  maxTokens: 2,
  ...change,
})
type Held = Extract<ProjectEvent, { readonly type: 'ProjectTokenHeld' }>['data']
const held = (ordinal: number, change: Partial<Held> = {}): ProjectEvent => ({
  type: 'ProjectTokenHeld',
  data: {
    projectId,
    tokenId: tokenId(ordinal),
    ancestors: [],
    expiresAt: null,
    heldUntil: at(60),
    ended: [],
    ...change,
  },
})
const confirm = (ordinal: number): ProjectCommand => ({ type: 'ConfirmToken', projectId, tokenId: tokenId(ordinal) })
const confirmed = (ordinal: number): ProjectEvent => ({
  type: 'ProjectTokenConfirmed',
  data: { projectId, tokenId: tokenId(ordinal) },
})
const release = (ordinal: number): ProjectCommand => ({ type: 'ReleaseToken', projectId, tokenId: tokenId(ordinal) })
const released = (ordinal: number): ProjectEvent => ({
  type: 'ProjectTokenReleased',
  data: { projectId, tokenId: tokenId(ordinal) },
})

describe('room for tokens', () => {
  it('is held once for each', () => {
    given().when(hold(1)).thenEvents(held(1))
    given(held(1)).when(hold(1)).thenNothing()
    given(held(1), confirmed(1)).when(hold(1)).thenNothing()
  })

  it('ends at the limit', () => {
    given(held(1), confirmed(1), held(2))
      .when(hold(3))
      .thenRejected('QUOTA_EXCEEDED', { details: { resource: 'tokens', limit: 2, used: 2, asked: 1 } })
  })

  it('is free again when the token has expired, or was never issued', () => {
    const expired = held(1, { expiresAt: at(30) })
    const later = { now: at(31), heldUntil: at(91) }
    given(expired, confirmed(1), held(2), confirmed(2))
      .when(hold(3, later))
      .thenEvents(held(3, { heldUntil: at(91), ended: [tokenId(1)] }))
    given(held(1), held(2), confirmed(2))
      .when(hold(3, { now: at(60), heldUntil: at(120) }))
      .thenEvents(held(3, { heldUntil: at(120), ended: [tokenId(1)] }))
  })

  it('is held for good when the token was issued, which is noted once', () => {
    given(held(1)).when(confirm(1)).thenEvents(confirmed(1))
    given(held(1), confirmed(1)).when(confirm(1)).thenNothing()
    given().when(confirm(1)).thenNothing()
    given(held(1), confirmed(1), held(2), confirmed(2))
      .when(hold(3, { now: at(1000) }))
      .thenRejected('QUOTA_EXCEEDED')
  })

  it('is released with the token, and with it that of all tokens that came from it', () => {
    const child = held(2, { ancestors: [tokenId(1)] })
    given(held(1), child).when(release(1)).thenEvents(released(1))
    given(held(1), child, released(1)).when(hold(3)).thenEvents(held(3))
    given(held(1), child, released(1)).when(release(2)).thenNothing()
    given(held(1), child, released(2)).when(hold(1)).thenNothing()
  })
})
