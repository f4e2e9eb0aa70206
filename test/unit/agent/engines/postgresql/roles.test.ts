import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownerRoleOf } from '../../../../../agent/engines/postgresql/roles.ts'

describe('the role that owns a database', () => {
  it('is named after it', () => {
    expect(ownerRoleOf('shop')).toBe('coffer_owner_shop')
  })

  it('fits in the 63 bytes of a PostgreSQL name, whole characters only, and is another for every database', () => {
    const names = fc
      .string({ minLength: 1, maxLength: 63, unit: 'grapheme' })
      .filter((name) => Buffer.byteLength(name) <= 63)
    fc.assert(
      fc.property(names, names, (one, other) => {
        const role = ownerRoleOf(one)
        expect(Buffer.byteLength(role)).toBeLessThanOrEqual(63)
        expect(role).not.toContain('\uFFFD')
        if (one !== other) expect(role).not.toBe(ownerRoleOf(other))
      }),
    )
    expect(ownerRoleOf(`${'x'.repeat(62)}a`)).not.toBe(ownerRoleOf(`${'x'.repeat(62)}b`))
    expect(ownerRoleOf('ü'.repeat(31))).not.toContain('\uFFFD')
  })
})
