import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareVersions, isVersionWithin } from '../../../../domain/values/version.ts'

const anyVersion = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 20 }).map(String), fc.constantFrom('rc1', 'beta2')), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join('.'))

describe('comparing versions', () => {
  it.each([
    ['17.9', '17.10'],
    ['9.6', '10.0'],
    ['17', '17.0'],
    ['17.10', '18'],
    ['10.11.6', '10.11.14'],
    ['7.0.15', '7.2.0'],
  ])('%s is older than %s', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0)
    expect(compareVersions(newer, older)).toBeGreaterThan(0)
  })

  it('puts any versions into one order', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        expect(compareVersions(a, a)).toBe(0)
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) || 0)
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})

describe('a version under another', () => {
  it('is the same or has more parts, whole ones', () => {
    expect(isVersionWithin('17.10', '17')).toBe(true)
    expect(isVersionWithin('17', '17')).toBe(true)
    expect(isVersionWithin('17.10', '17.1')).toBe(false)
    expect(isVersionWithin('170.1', '17')).toBe(false)
  })
})
