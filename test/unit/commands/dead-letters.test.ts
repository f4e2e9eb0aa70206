import { describe, expect, it } from 'vitest'
import { createDeadLetter, readDeadLetter } from '../../../commands/dead-letter-message.ts'
import type { IncomingMessage } from '../../../commands/ports/message-bus.ts'

const parked: IncomingMessage = {
  topic: 'coffer.events.dead-letters',
  partition: 1,
  offset: '7',
  key: 'k',
  value: '{}',
  headers: {},
  publishedAt: Date.UTC(2030, 0, 1),
}

describe('a dead letter that is read back', () => {
  it('tells the message, where it was, who failed on it and how', () => {
    const failed = { ...parked, topic: 'coffer.events', headers: { traceparent: 'tp' } }
    const { headers = {} } = createDeadLetter(failed, 'coffer.sagas', 3, new RangeError('no'))
    expect(readDeadLetter({ ...parked, headers })).toMatchObject({
      place: { topic: 'coffer.events', partition: 1, offset: '7' },
      message: { topic: 'coffer.events', key: 'k', value: '{}', headers: { traceparent: 'tp' } },
      parkedAt: '2030-01-01T00:00:00.000Z',
      error: 'RangeError: no',
      attempts: 3,
      group: 'coffer.sagas',
      origin: { partition: 1, offset: '7' },
    })
  })

  it.each([-1, Number.NaN, 253_402_300_800_000, 2 ** 63])(
    'has a time that can be written down when its broker says %d',
    (publishedAt) => expect(readDeadLetter({ ...parked, publishedAt }).parkedAt).toBe('1970-01-01T00:00:00.000Z'),
  )

  it.each(['', '-1', '1.5', '4294967296', 'many'])('knows no number where a stranger has written "%s"', (text) => {
    const headers = { 'coffer-attempts': text, 'coffer-partition': text, 'coffer-offset': '1' }
    expect(readDeadLetter({ ...parked, headers })).toMatchObject({ attempts: null, origin: null, group: null })
  })
})
