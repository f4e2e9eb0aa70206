import { describe, expect, it } from 'vitest'
import { createRestartDelay } from '../../../agent/supervision/restart-delay.ts'

const minuteMs = 60_000

describe('the wait before a restart', () => {
  it('is none at first, then doubles up to 30 seconds while restarts follow closely', () => {
    const delay = createRestartDelay()
    expect(Array.from({ length: 8 }, () => delay.next(0))).toEqual([0, 1000, 2000, 4000, 8000, 16000, 30000, 30000])
  })

  it('is none again after an engine has run for a good while', () => {
    const delay = createRestartDelay()
    delay.next(0)
    expect(delay.next(1)).toBe(1000)
    expect(delay.next(1001 + minuteMs + 1)).toBe(0)
  })
})
