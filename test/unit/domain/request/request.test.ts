import { describe, expect, it } from 'vitest'
import { tryDecodeEvent } from '../../../../domain/event-definition.ts'
import {
  parseCommandId,
  parseInstanceId,
  parseOperationId,
  parseRequestId,
  parseTokenId,
} from '../../../../domain/ids.ts'
import { type RequestEvent, request, requestEvents } from '../../../../domain/request/index.ts'
import { specOf } from '../../../support/spec.ts'

const { given } = specOf(request, requestEvents)
const requestId = parseRequestId('01900000-0000-8000-8000-000000000001')
const idsFrom = (digit: string) => ({
  commandId: parseCommandId(`01900000-0000-7000-8000-00000000000${digit}`),
  instanceId: parseInstanceId(`01900000-0000-7000-8000-00000000001${digit}`),
  operationId: parseOperationId(`01900000-0000-7000-8000-00000000002${digit}`),
  tokenId: parseTokenId(`01900000-0000-7000-8000-00000000003${digit}`),
})
const now = '2030-01-01T10:00:00.000Z'
const expiresAt = '2030-01-02T10:00:00.000Z'
const receive = (changes: { fingerprint?: string; ids?: ReturnType<typeof idsFrom>; now?: string } = {}) =>
  ({ type: 'ReceiveRequest', requestId, fingerprint: 'f1', ids: idsFrom('2'), now, expiresAt, ...changes }) as const
const received: RequestEvent = {
  type: 'RequestReceived',
  data: { requestId, fingerprint: 'f1', ids: idsFrom('1'), expiresAt },
}
const refused: RequestEvent = {
  type: 'RequestRefused',
  data: { requestId, rejection: { code: 'QUOTA_EXCEEDED', message: 'too many' } },
}

describe('a request under an idempotency key', () => {
  it('is written down with its ids when it comes for the first time', () => {
    given()
      .when(receive({ ids: idsFrom('1') }))
      .thenEvents(received)
  })

  it('keeps the ids of the first time when it comes again', () => {
    const { state, when } = given(received)
    when(receive()).thenNothing()
    expect(state).toMatchObject({ status: 'RECEIVED', ids: idsFrom('1') })
  })

  it('is refused when its input is another, until the key expires', () => {
    const answer = given(received)
      .when(receive({ fingerprint: 'f2', now: '2030-01-02T09:59:59.999Z' }))
      .thenRejected('IDEMPOTENCY_KEY_REUSED', { field: 'idempotencyKey', details: { expiresAt } })
    expect(answer.message).toContain('choose a new key')
  })

  it.each(['f1', 'f2'])('is a new one, of whatever input, once the key has expired (%s)', (fingerprint) => {
    given(received)
      .when({ ...receive({ fingerprint, now: expiresAt }), expiresAt: '2030-01-03T10:00:00.000Z' })
      .thenEvents({
        type: 'RequestReceived',
        data: { requestId, fingerprint, ids: idsFrom('2'), expiresAt: '2030-01-03T10:00:00.000Z' },
      })
  })

  it('that an earlier version refused and remembered is carried out under its ids like any other', () => {
    given(received, refused).when(receive()).thenNothing()
    expect(given(received, refused).state).toEqual(given(received).state)
  })

  it('that an earlier version took in lives for a day from when its ids were made', () => {
    const { requestId, fingerprint } = received.data as Extract<RequestEvent, { type: 'RequestReceived' }>['data']
    // The example of RFC 9562, appendix A.6: made at 2022-02-22T19:22:22Z.
    const ids = { ...idsFrom('1'), commandId: parseCommandId('017f22e2-79b0-7cc3-98c4-dc0c0c07398f') }
    const stored = { type: 'RequestReceived', version: 1, data: { requestId, fingerprint, ids } }
    expect(tryDecodeEvent(requestEvents, stored)).toEqual({
      known: true,
      event: {
        type: 'RequestReceived',
        data: { requestId, fingerprint, ids, expiresAt: '2022-02-23T19:22:22.000Z' },
      },
    })
  })
})
