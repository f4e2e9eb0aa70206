import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownerRoleOf } from '../../../../../../agent/engines/postgresql/accounts/roles.ts'

describe('the role that owns a database', () => {
  it('is named after it', () => {
    expect(ownerRoleOf('shop')).toBe('coffer_owner_shop')
  })

  it('is another one for a name that looks like the cut form of a longer one', () => {
    const long = 'x'.repeat(60)
    const forged = ownerRoleOf(long).slice('coffer_owner_'.length)
    expect(ownerRoleOf(forged)).not.toBe(ownerRoleOf(long))
  })

  it('fits in the 63 bytes of a PostgreSQL name, whole characters only, and is another for every database', () => {
    const plain = fc
      .string({ minLength: 1, maxLength: 63, unit: 'grapheme' })
      .filter((name) => Buffer.byteLength(name) <= 63)
    // Chosen so that their role, whole, is that of a longer name, cut.
    const names = fc.oneof(
      plain,
      plain.map((name) => ownerRoleOf(name.padEnd(60, 'x').slice(0, 60)).slice('coffer_owner_'.length)),
      fc.stringMatching(/^x{50}[a-c]{0,13}$/),
    )
    fc.assert(
      fc.property(names, names, (one, other) => {
        const role = ownerRoleOf(one)
        expect(Buffer.byteLength(role)).toBeLessThanOrEqual(63)
        // A name may have that character itself.
        if (!one.includes('\uFFFD')) expect(role).not.toContain('\uFFFD')
        if (one !== other) expect(role).not.toBe(ownerRoleOf(other))
      }),
    )
    expect(ownerRoleOf(`${'x'.repeat(62)}a`)).not.toBe(ownerRoleOf(`${'x'.repeat(62)}b`))
    expect(ownerRoleOf('ü'.repeat(31))).not.toContain('\uFFFD')
  })
})
