import { describe, expect, it } from 'vitest'
import { tryParseTime } from '../../../../domain/values/time.ts'

describe('a time that somebody gives', () => {
  it.each([
    ['2030-01-31T00:00:00Z', '2030-01-31T00:00:00.000Z'],
    ['2030-01-31T00:30:00.5+01:00', '2030-01-30T23:30:00.500Z'],
  ])('is kept in UTC: %s', (text, kept) => {
    expect(tryParseTime(text)).toBe(kept)
  })

  it.each(['tomorrow', '2030-01-31', '2030-01-31T00:00:00', '2030-02-30T00:00:00Z', '2030-01-31T25:00:00Z', '5', ''])(
    'is none when it says no zone or no such moment: %j',
    (text) => {
      expect(tryParseTime(text)).toBeNull()
    },
  )
})
