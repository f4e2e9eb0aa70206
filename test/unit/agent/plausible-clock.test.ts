import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../agent/journal/facts.ts'
import { findClockFault } from '../../../agent/plausible-clock.ts'

const createFacts = (): Facts => {
  const kept = new Map<string, string>()
  return { get: (name) => kept.get(name) ?? null, set: (name, value) => void kept.set(name, value) }
}
const at = (iso: string): number => Date.parse(iso)

describe('the clock of a host', () => {
  it('is spoken of once when it is behind what it was at the last start', () => {
    const facts = createFacts()
    expect(findClockFault(facts, at('2031-06-01T00:00:00Z'))).toBeNull()
    expect(findClockFault(facts, at('2030-06-01T00:00:00Z'))).toContain('it is behind now, or was ahead then')
    expect(findClockFault(facts, at('2030-06-02T00:00:00Z'))).toBeNull()
  })

  it('is no news when it was set by hours', () => {
    const facts = createFacts()
    findClockFault(facts, at('2030-06-01T12:00:00Z'))
    expect(findClockFault(facts, at('2030-06-01T00:00:00Z'))).toBeNull()
  })

  it('is not believed before this program existed, and forgets nothing of what it was', () => {
    const facts = createFacts()
    findClockFault(facts, at('2030-06-01T00:00:00Z'))
    expect(findClockFault(facts, at('1970-01-01T00:10:00Z'))).toContain('no certificate is renewed by it')
    expect(findClockFault(facts, at('2030-06-02T00:00:00Z'))).toBeNull()
  })
})
