import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePlace, encodePlace, listRange, viewKeys } from '../../../../projections/adapters/redis/keys.ts'
import { decodeText, encodeText } from '../../../../projections/adapters/redis/order-text.ts'

/** Any code units, halves of surrogate pairs among them, and often those where encodings break. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0, 1, 2, 0x1f, 0x20, 0x21, 0x41, 0xd7fe, 0xd7ff, 0xd800, 0xdc00, 0xdfff, 0xe000, 0xffff),
    ),
    { maxLength: 6 },
  )
  .map((units) => String.fromCharCode(...units))

/** As Redis compares them. */
const compareBytes = (a: string, b: string): number => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))
const compareUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

describe('text for Redis', () => {
  it('has the order of bytes that the text has by code unit', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(compareBytes(encodeText(a), encodeText(b))).toBe(compareUnits(a, b))
      }),
      { numRuns: 2000 },
    )
  })

  it('comes back from UTF-8 as it was, and holds no control character', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeText(text)
        expect(decodeText(Buffer.from(encoded).toString())).toBe(text)
        expect([...encoded].every((character) => character >= ' ')).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('leaves ids, numbers and names as they are', () => {
    expect(encodeText('0190a-7b:project_1/Ä')).toBe('0190a-7b:project_1/Ä')
  })
})

describe('a place in a list', () => {
  const anyPlace = fc.record({ index: anyText, value: anyText, sortKey: anyText, key: anyText })

  it('is in the range of its list and of no other, and beyond what is before it', () => {
    fc.assert(
      fc.property(anyPlace, anyText, anyText, (place, value, after) => {
        const member = encodePlace(place)
        expect(decodePlace(member)).toEqual(place)
        expect(isWithin(member, listRange(place.index, place.value))).toBe(true)
        expect(isWithin(member, listRange(place.index, value))).toBe(value === place.value)
        const beyond = (direction: 'ascending' | 'descending') =>
          isWithin(member, listRange(place.index, place.value, { sortKey: after, direction }))
        expect(beyond('ascending')).toBe(place.sortKey > after)
        expect(beyond('descending')).toBe(place.sortKey < after)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the keys of a view', () => {
  const tagOf = (key: string) => /\{([^}]*)\}/.exec(key)?.[1]

  it('share a hash tag with those of the view that is built beside it, and with no other', () => {
    const [pets, rebuilt, plants] = ['pets', 'pets.rebuild', 'plants'].map((view) => Object.values(viewKeys('x', view)))
    expect(new Set([...(pets ?? []), ...(rebuilt ?? [])].map(tagOf))).toEqual(new Set(['x:pets']))
    expect(new Set(plants?.map(tagOf))).toEqual(new Set(['x:plants']))
    expect(new Set([...(pets ?? []), ...(rebuilt ?? [])]).size).toBe(14)
  })

  it('keep their hash tag whatever the view is called', () => {
    for (const key of Object.values(viewKeys('x', 'odd}{name'))) expect(tagOf(key)).toBe('x:odd%7D%7Bname')
  })
})

const isWithin = (member: string, { min, max }: { readonly min: string; readonly max: string }): boolean => {
  const fromMin = compareBytes(member, min.slice(1))
  const fromMax = compareBytes(member, max.slice(1))
  return (min.startsWith('[') ? fromMin >= 0 : fromMin > 0) && (max.startsWith('[') ? fromMax <= 0 : fromMax < 0)
}
