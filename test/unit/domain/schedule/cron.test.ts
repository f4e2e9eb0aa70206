import { describe, expect, it } from 'vitest'
import { cronRefusal, dueAfter, lastDue, timeZoneRefusal, timingRefusals } from '../../../../domain/schedule/cron.ts'

const berlin = (cron: string) => ({ cron, timeZone: 'Europe/Berlin' })

/** The next moments after `from`. */
const next = (cron: string, from: string, count: number): readonly (string | null)[] => {
  const found: (string | null)[] = []
  let now: string | null = from
  while (now !== null && found.length < count) {
    now = dueAfter(berlin(cron), now)
    found.push(now)
  }
  return found
}

describe('the times of a schedule', () => {
  it('are those of its zone', () => {
    expect(dueAfter(berlin('0 3 * * *'), '2026-01-10T12:00:00.000Z')).toBe('2026-01-11T02:00:00.000Z')
    expect(dueAfter(berlin('0 3 * * *'), '2026-07-10T12:00:00.000Z')).toBe('2026-07-11T01:00:00.000Z')
    const kolkata = { cron: '0 3 * * *', timeZone: 'Asia/Kolkata' }
    expect(dueAfter(kolkata, '2026-01-10T12:00:00.000Z')).toBe('2026-01-10T21:30:00.000Z')
  })

  it('come after a moment, never at it', () => {
    expect(dueAfter(berlin('0 3 * * *'), '2026-01-11T02:00:00.000Z')).toBe('2026-01-12T02:00:00.000Z')
    expect(dueAfter(berlin('0 3 * * *'), '2026-01-11T02:00:00.999Z')).toBe('2026-01-12T02:00:00.000Z')
    expect(dueAfter(berlin('0 3 * * *'), '2026-01-11T01:59:59.999Z')).toBe('2026-01-11T02:00:00.000Z')
  })

  it('are right after the gap where clocks go forward over them, once', () => {
    expect(next('30 2 * * *', '2026-03-28T12:00:00.000Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
    expect(next('30 2,14 * * *', '2026-03-28T20:00:00.000Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T12:30:00.000Z',
    ])
  })

  it('are not doubled where clocks go back over them', () => {
    expect(next('30 2 * * *', '2026-10-24T12:00:00.000Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
  })

  it('go on evenly through both hours that have the same name where they are so often', () => {
    expect(next('*/30 * * * *', '2026-10-25T00:10:00.000Z', 4)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ])
  })

  it('are found backwards as they are forwards, also where clocks change', () => {
    for (const cron of ['30 2 * * *', '*/30 * * * *', '30 2,14 * * *']) {
      for (const from of ['2026-03-28T12:00:00.000Z', '2026-10-24T12:00:00.000Z']) {
        for (const due of next(cron, from, 60)) {
          expect(lastDue(berlin(cron), due ?? '')).toBe(due)
          const soon = new Date(Date.parse(due ?? '') + 61_500).toISOString()
          expect(lastDue(berlin(cron), soon)).toBe(due)
        }
      }
    }
  })

  it('include days that are rare', () => {
    expect(dueAfter(berlin('0 12 29 2 *'), '2026-01-01T00:00:00.000Z')).toBe('2028-02-29T11:00:00.000Z')
  })
})

describe('a cron expression', () => {
  it.each(['0 3 * * *', '*/5 * * * *', '0 3 * * SUN', '30 4 1 JAN,JUL *', '0 0 L * *', '0 0 * * MON#2', '59 0 * * *'])(
    '%s is accepted',
    (cron) => expect(cronRefusal(cron)).toBeNull(),
  )

  it.each([
    ['', 'characters'],
    ['now', 'five'],
    ['* * *', 'five'],
    ['0 0 3 * * *', '6 parts'],
    ['61 * * * *', 'minute: 61'],
    ['0 25 * * *', 'hour: 25'],
    ['? 3 * * *', 'characters'],
    ['@daily', 'characters'],
    ['0 3 * * *; rm', 'characters'],
    [`${'0,'.repeat(200)}0 3 * * *`, 'too many'],
  ])('%j is refused, and what is accepted is said', (cron, why) => {
    const refusal = cronRefusal(cron)
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', field: 'cron' })
    expect(refusal?.message).toContain(why)
    expect(refusal?.message).toContain('"0 3 * * SUN"')
  })

  it.each([
    ['* * * * *', 1],
    ['*/4 * * * *', 4],
    ['0,3 3 * * *', 3],
    ['2,58 * * * *', 4],
    ['0,59 0,23 * * *', 1],
  ])('%s is due too often', (cron, gap) => {
    expect(cronRefusal(cron)?.message).toBe(`"${cron}" has ${gap} min between two runs: at least 5 min are accepted`)
  })

  it('may be due at both ends of hours that do not follow each other', () => {
    expect(cronRefusal('2,58 3,5 * * *')).toBeNull()
  })

  it('is refused where there is no such day', () => {
    expect(timingRefusals(berlin('0 0 31 2 *'), '2026-01-01T00:00:00.000Z')).toMatchObject([{ field: 'cron' }])
  })
})

describe('a time zone', () => {
  it.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires'])('%s is accepted', (timeZone) =>
    expect(timeZoneRefusal(timeZone)).toBeNull(),
  )

  it.each(['', 'Mars/Olympus', '+01:00', 'Berlin'])('%j is refused', (timeZone) => {
    expect(timeZoneRefusal(timeZone)).toMatchObject({ code: 'INVALID_INPUT', field: 'timeZone' })
    expect(timeZoneRefusal(timeZone)?.message).toContain('"Europe/Berlin" and "UTC" are')
  })
})
