import { describe, expect, it } from 'vitest'
import { backOffMs, spread } from '../../../kernel/back-off.ts'

const bounds = { firstMs: 50, maxMs: 5000 }

describe('the wait after failures in a row', () => {
  it('is none without a failure, then doubles up to its bound', () => {
    const waits = Array.from({ length: 10 }, (_, failures) => backOffMs(failures, bounds))
    expect(waits).toEqual([0, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000])
  })

  it('stays at its bound after however many', () => {
    expect(backOffMs(100_000, bounds)).toBe(5000)
  })

  it('is spread over its upper half', () => {
    expect([0, 0.5, 1].map((chance) => spread(100, chance))).toEqual([50, 75, 100])
  })
})
