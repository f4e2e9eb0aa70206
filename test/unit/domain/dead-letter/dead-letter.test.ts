import { describe, expect, it } from 'vitest'
import { parseDeadLetterId } from '../../../../domain/dead-letter/id.ts'
import {
  type DeadLetterCommand,
  type DeadLetterEvent,
  deadLetter,
  deadLetterEvents,
  deadLetterTopic,
  formatPlace,
  topicOfDeadLetters,
  tryParsePlace,
} from '../../../../domain/dead-letter/index.ts'
import { parseCommandId } from '../../../../domain/ids.ts'
import { specOf } from '../../../support/spec.ts'

const { given } = specOf(deadLetter, deadLetterEvents)

const data = {
  letterId: parseDeadLetterId('b8a51c5f-7f0d-8c4e-9d0e-3c1f5f0f2a11'),
  place: { topic: 'coffer.events', partition: 0, offset: '17' },
  parkedAt: '2030-01-01T00:00:00.000Z',
  resolvedBy: parseCommandId('019a0004-0000-7000-8000-000000000009'),
}
const another = parseCommandId('019a0004-0000-7000-8000-000000000010')
const replay: DeadLetterCommand = { type: 'ReplayDeadLetter', ...data }
const drop: DeadLetterCommand = { type: 'DropDeadLetter', ...data }
const replayed: DeadLetterEvent = { type: 'DeadLetterReplayed', data }
const dropped: DeadLetterEvent = { type: 'DeadLetterDropped', data }

describe('a dead letter', () => {
  it.each([
    [replay, replayed],
    [drop, dropped],
  ])('is open to be decided about: %o', (command, event) => {
    given().when(command).thenEvents(event)
  })

  it.each([
    [replayed, 'REPLAYED', 'published again'],
    [dropped, 'DROPPED', 'dropped'],
  ] as const)('is decided about once: %o', (event, status, word) => {
    for (const command of [replay, drop]) {
      const { message } = given(event)
        .when({ ...command, resolvedBy: another })
        .thenRejected('INVALID_STATE', { field: 'id', details: { status } })
      expect(message).toContain(`coffer.events.dead-letters/0/17 was ${word} already`)
    }
  })

  it('takes the same command again for what it is', () => {
    given(replayed).when(replay).thenNothing()
    given(dropped).when(drop).thenNothing()
  })
})

describe('the place of a dead letter', () => {
  it('is written and read back', () => {
    const place = { topic: 'coffer.agent.results', partition: 12, offset: '9007199254740993' }
    expect(formatPlace(place)).toBe('coffer.agent.results.dead-letters/12/9007199254740993')
    expect(tryParsePlace(formatPlace(place))).toEqual(place)
  })

  it.each([
    '',
    'coffer.events/0/1',
    '.dead-letters/0/1',
    'coffer.events.dead-letters/0',
    'coffer.events.dead-letters/0/1/2',
    'coffer.events.dead-letters/00/1',
    'coffer.events.dead-letters/0/01',
    'coffer.events.dead-letters/0/-1',
    'coffer.events.dead-letters/0/1 ',
    'coffer events.dead-letters/0/1',
    `${'a'.repeat(300)}.dead-letters/0/1`,
    'coffer.events.dead-letters/0/9999999999999999999',
  ])('is not %j', (text) => {
    expect(tryParsePlace(text)).toBeNull()
  })

  it('is in the topic of the dead letters of its topic', () => {
    expect(topicOfDeadLetters(deadLetterTopic('coffer.events'))).toBe('coffer.events')
    expect(topicOfDeadLetters('coffer.events')).toBeNull()
  })
})
