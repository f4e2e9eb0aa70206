import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patternOf } from '../../../../agent/engines/mariadb/sql.ts'
import { userHostRefusal } from '../../../../domain/values/user-host.ts'

const refusal = (host: string) => userHostRefusal('mariadb', host, 'host')
const address = fc.ipV4()
const length = fc.integer({ min: 0, max: 32 })
const bitsOf = (dotted: string): bigint => dotted.split('.').reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
const ones = 2n ** 32n - 1n
const maskOf = (bits: number): bigint => ones ^ (2n ** BigInt(32 - bits) - 1n)
const dotted = (bits: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.')

/** As MariaDB compares: by a mask where there is one. */
const matches = (pattern: string, client: string): boolean => {
  if (pattern === '%') return true
  const [base = '', mask = '255.255.255.255'] = pattern.split('/')
  return (bitsOf(client) & bitsOf(mask)) === bitsOf(base)
}

describe('from where a user may come', () => {
  it('is any address, and any network that is written by its first address', () => {
    fc.assert(fc.property(address, (one) => void expect(refusal(one)).toBeNull()))
    fc.assert(
      fc.property(address, length, (one, bits) => {
        const base = dotted(bitsOf(one) & maskOf(bits))
        expect(refusal(`${base}/${bits}`)).toBeNull()
        const told = refusal(`${one}/${bits}`)
        if (one === base) expect(told).toBeNull()
        else expect(told).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(`${base}/${bits}`) })
      }),
    )
  })

  it('lets in just the clients of the network', () => {
    fc.assert(
      fc.property(address, length, address, (one, bits, client) => {
        const pattern = patternOf(`${dotted(bitsOf(one) & maskOf(bits))}/${bits}`)
        for (const seen of [client, one]) {
          expect(matches(pattern, seen)).toBe((bitsOf(seen) & maskOf(bits)) === (bitsOf(one) & maskOf(bits)))
        }
      }),
    )
  })

  it('is nothing else, whatever it looks like', () => {
    const near = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.stringMatching(/^[0-9./%_ ]{1,24}$/),
      fc
        .tuple(address, fc.constantFrom('/', '/33', '/-1', '/8.5', '/08x', ' ', "'", '%', '/255.0.0.0'))
        .map((parts) => parts.join('')),
      fc.tuple(fc.constantFrom(' ', '0', '%', '-'), address).map((parts) => parts.join('')),
      fc.ipV6(),
    )
    fc.assert(
      fc.property(near, (text) => {
        const isOne =
          /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$|\/)|(?=$|\/))){4}(?:\/(?:[12]?\d|3[0-2]))?$/.test(text)
        if (!isOne) expect(refusal(text)).toMatchObject({ code: 'INVALID_INPUT', field: 'host' })
      }),
    )
  })

  it('is refused in the words of the engine where that has no such thing', () => {
    fc.assert(
      fc.property(address, (one) => {
        expect(userHostRefusal('postgresql', one, 'host')).toMatchObject({ code: 'FEATURE_NOT_AVAILABLE' })
        expect(userHostRefusal('redis', one, 'host')).toMatchObject({ code: 'FEATURE_NOT_AVAILABLE' })
      }),
    )
  })
})
