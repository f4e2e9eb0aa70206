import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePlace, type Place } from '../../../../projections/adapters/redis/keys.ts'
import { decodeText } from '../../../../projections/adapters/redis/order-text.ts'
import { packWrites } from '../../../../projections/adapters/redis/pack-writes.ts'
import type { ViewWrite } from '../../../../projections/ports/view-store.ts'

const unbounded = { maxWritesPerMessage: 1e6, maxBytesPerMessage: 1e9 }

/** Enough of MessagePack to read a piece. */
const unpack = (piece: Buffer): unknown => {
  let at = 0
  const take = (bytes: number): Buffer => {
    at += bytes
    return piece.subarray(at - bytes, at)
  }
  const next = (): unknown => {
    const format = take(1).readUInt8()
    if (format < 0x80) return format
    const number = take(4).readInt32BE()
    if (format === 0xd2) return number
    if (format === 0xdd) return Array.from({ length: number }, next)
    if (format !== 0xdb) throw new Error(`unknown format ${format} before ${at}`)
    return take(number).toString()
  }
  const value = next()
  expect(at).toBe(piece.length)
  return value
}

/** What a script makes of a piece. */
const read = (piece: Buffer): readonly ViewWrite[] => {
  const [items, lists] = unpack(piece) as [(string | number)[], string[]]
  const writes: ViewWrite[] = []
  for (let at = 0; at < items.length; ) {
    const [encodedKey, document, count] = items.slice(at, at + 3) as [string, string, number]
    const key = decodeText(encodedKey)
    const places = items.slice(at + 3, at + 3 + Math.max(0, count))
    at += 3 + places.length
    if (count < 0) {
      writes.push({ kind: 'delete', key })
      continue
    }
    const entries = places.map((place) => entryOf(decodePlace(memberOf(place, encodedKey, lists)), key))
    writes.push({ kind: 'put', key, document: JSON.parse(document), entries })
  }
  return writes
}

const memberOf = (place: string | number, key: string, lists: readonly string[]): string =>
  typeof place === 'string' ? place : `${lists[place - 1]}${key}\u0000${key}`

const entryOf = ({ key, ...entry }: Place, expected: string) => {
  expect(key).toBe(expected)
  return entry
}

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom('a', 'b', 'ü', '\ud800', ''))

const anyWrite: fc.Arbitrary<ViewWrite> = anyText.chain((key) =>
  fc.oneof(
    fc.constant({ kind: 'delete' as const, key }),
    fc.record({
      kind: fc.constant('put' as const),
      key: fc.constant(key),
      document: fc.record({ name: fc.string({ maxLength: 200 }) }),
      entries: fc.array(fc.record({ index: anyText, value: anyText, sortKey: fc.oneof(anyText, fc.constant(key)) }), {
        maxLength: 4,
      }),
    }),
  ),
)

const put = (key: string): ViewWrite => ({
  kind: 'put',
  key,
  document: { key },
  entries: [
    { index: 'all', value: 'all', sortKey: key },
    { index: 'project', value: 'p', sortKey: `${key}!` },
  ],
})

describe('writes on their way to Redis', () => {
  it('come out as they were put in, in order, however many pieces they take', () =>
    fc.assert(
      fc.property(fc.array(anyWrite), fc.integer({ min: 1, max: 4 }), (writes, maxWritesPerMessage) => {
        const pieces = packWrites(writes, { ...unbounded, maxWritesPerMessage })
        expect(pieces.length).toBe(Math.ceil(writes.length / maxWritesPerMessage))
        expect(pieces.flatMap(read)).toEqual(writes)
      }),
    ))

  it('are more than one list has numbers of one byte for', () => {
    const writes = Array.from({ length: 300 }, (_, at): ViewWrite => {
      const key = `k${at}`
      return { kind: 'put', key, document: {}, entries: [{ index: 'own', value: key, sortKey: key }] }
    })
    expect(packWrites(writes, unbounded).flatMap(read)).toEqual(writes)
  })

  it('are cut where a piece has as many bytes as it may have', () => {
    const writes = ['a', 'b', 'c'].map(put)
    expect(packWrites(writes, { ...unbounded, maxBytesPerMessage: 1 }).map(read)).toEqual(writes.map((one) => [one]))
  })

  it('outgrow the first block of bytes', () => {
    const write: ViewWrite = { kind: 'put', key: 'k', document: { text: 'ü'.repeat(200_000) }, entries: [] }
    expect(packWrites([write, put('a')], unbounded).flatMap(read)).toEqual([write, put('a')])
  })

  it('name a list once, however many documents are in it', () => {
    const [piece] = packWrites(['a', 'b', 'c'].map(put), unbounded)
    expect(piece?.toString().split('all')).toHaveLength(3)
  })
})
