import { describe, expect, it } from 'vitest'
import { isAvoidable, lastLine } from '../../../ops/dev/summary.ts'

describe('the summary of a test run', () => {
  it('ends in one line that scripts can read', () => {
    const skips = [{ name: 'a', reason: null }]
    expect(lastLine({ passed: 12, failed: 0, skips, finished: true })).toBe('Tests: 12 passed, 0 failed, 1 skipped')
  })

  it('holds a skip for avoidable unless it says what the machine lacks', () => {
    expect(isAvoidable({ name: 'a', reason: 'needs loop devices' })).toBe(false)
    expect(isAvoidable({ name: 'a', reason: 'takes long' })).toBe(true)
    expect(isAvoidable({ name: 'a', reason: null })).toBe(true)
  })
})
