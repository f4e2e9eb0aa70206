import { describe, expect, it } from 'vitest'
import { isAvoidable, isGood, lastLine, reasonIn } from '../../../ops/dev/summary.ts'

describe('the summary of a test run', () => {
  it('ends in one line that scripts can read', () => {
    const skips = [{ name: 'a', reason: null }]
    expect(lastLine({ passed: 12, failed: 0, skips, finished: true })).toBe('Tests: 12 passed, 0 failed, 1 skipped')
  })

  it('is bad without a test, with a failure, or before its end', () => {
    const good = { passed: 1, failed: 0, skips: [], finished: true }
    expect(isGood(good)).toBe(true)
    expect(isGood({ ...good, passed: 0 })).toBe(false)
    expect(isGood({ ...good, failed: 1 })).toBe(false)
    expect(isGood({ ...good, finished: false })).toBe(false)
  })

  it('holds a skip for accepted if its reason begins as one that CI allows', () => {
    const reason = 'Kafka could not be fetched: connection refused'
    expect(isAvoidable({ name: 'a', reason })).toBe(true)
    expect(isAvoidable({ name: 'a', reason }, ['Kafka could not be fetched'])).toBe(false)
    expect(isAvoidable({ name: 'a', reason: null }, ['Kafka could not be fetched'])).toBe(true)
  })

  it('finds the reason of a skip in the name of its group', () => {
    expect(reasonIn('a volume (needs loop devices) > grows')).toBe('needs loop devices')
    const fetching = 'S3Proxy could not be fetched: connection refused'
    expect(reasonIn(`an S3 server (${fetching}) > keeps objects (twice)`)).toBe(fetching)
    expect(reasonIn('a group (of several) > does something')).toBeNull()
  })

  it('holds a skip for avoidable unless it says what the machine lacks', () => {
    expect(isAvoidable({ name: 'a', reason: 'needs loop devices' })).toBe(false)
    expect(isAvoidable({ name: 'a', reason: 'takes long' })).toBe(true)
    expect(isAvoidable({ name: 'a', reason: null })).toBe(true)
  })
})
