import { describe, expect, it } from 'vitest'
import { parseCommandId } from '../../../../domain/ids.ts'
import { parseRequestId } from '../../../../domain/request/id.ts'
import { type RequestEvent, request, requestEvents } from '../../../../domain/request/index.ts'
import { specOf } from '../../../support/spec.ts'

const { given } = specOf(request, requestEvents)
const requestId = parseRequestId('01900000-0000-8000-8000-000000000001')
const commandIdOf = (digit: string) => parseCommandId(`01900000-0000-7000-8000-00000000000${digit}`)
const now = '2030-01-01T10:00:00.000Z'
const expiresAt = '2030-01-02T10:00:00.000Z'
const receive = (changes: { fingerprint?: string; commandId?: ReturnType<typeof commandIdOf>; now?: string } = {}) =>
  ({
    type: 'ReceiveRequest',
    requestId,
    fingerprint: 'f1',
    commandId: commandIdOf('2'),
    now,
    expiresAt,
    ...changes,
  }) as const
const received: RequestEvent = {
  type: 'RequestReceived',
  data: { requestId, fingerprint: 'f1', commandId: commandIdOf('1'), expiresAt },
}
describe('a request under an idempotency key', () => {
  it('is written down with the id of its command when it comes for the first time', () => {
    given()
      .when(receive({ commandId: commandIdOf('1') }))
      .thenEvents(received)
  })

  it('keeps the id of the first time when it comes again', () => {
    const { state, when } = given(received)
    when(receive()).thenNothing()
    expect(state).toMatchObject({ status: 'RECEIVED', commandId: commandIdOf('1') })
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
        data: { requestId, fingerprint, commandId: commandIdOf('2'), expiresAt: '2030-01-03T10:00:00.000Z' },
      })
  })
})
