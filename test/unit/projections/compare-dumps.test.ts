import { describe, expect, it } from 'vitest'
import { canonicalJson, compareDumps } from '../../../projections/compare-dumps.ts'
import type { DumpedDocument } from '../../../projections/ports/view-store.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

const dumped = (key: string, document: object = { key }, values: readonly string[] = ['x', 'y']): DumpedDocument => ({
  key,
  document,
  entries: values.map((value) => ({ index: 'all', value, sortKey: key })),
})

async function* dumpOf(...documents: readonly DumpedDocument[]) {
  yield* documents
}

describe('comparing two dumps', () => {
  it('finds them equal whatever the order of fields and entries', async () => {
    const comparison = await compareDumps(
      quietKernel.timers,
      dumpOf(dumped('a', { one: 1, two: { three: 3, four: 4 } }, ['x', 'y']), dumped('b')),
      dumpOf(dumped('a', { two: { four: 4, three: 3 }, one: 1 }, ['y', 'x']), dumped('b')),
    )
    expect(comparison).toMatchObject({ equal: true, documents: 2, differingKeys: [] })
    expect(comparison.hashes[0]).toBe(comparison.hashes[1])
    expect(comparison.hashes[0]).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    ['a document differs', dumped('b', { other: true })],
    ['it stands in another list', dumped('b', { key: 'b' }, ['x', 'z'])],
    ['it stands in one list less', dumped('b', { key: 'b' }, ['x'])],
  ])('names the key when %s', async (_, other) => {
    const comparison = await compareDumps(
      quietKernel.timers,
      dumpOf(dumped('a'), dumped('b')),
      dumpOf(dumped('a'), other),
    )
    expect(comparison).toMatchObject({ equal: false, differingKeys: ['b'] })
    expect(comparison.hashes[0]).not.toBe(comparison.hashes[1])
  })

  it('names the keys that are in one of the two alone, in order', async () => {
    const first = dumpOf(dumped('a'), dumped('c'), dumped('d'))
    const second = dumpOf(dumped('b'), dumped('c'), dumped('e'), dumped('f'))
    expect(await compareDumps(quietKernel.timers, first, second)).toMatchObject({
      equal: false,
      documents: 4,
      differingKeys: ['a', 'b', 'd', 'e', 'f'],
    })
  })

  it('names no more than the first ten', async () => {
    const many = Array.from({ length: 30 }, (_, at) => dumped(String.fromCharCode(97 + at)))
    const { differingKeys } = await compareDumps(quietKernel.timers, dumpOf(...many), dumpOf())
    expect(differingKeys).toEqual(many.slice(0, 10).map(({ key }) => key))
  })

  it('finds two empty ones equal', async () => {
    expect(await compareDumps(quietKernel.timers, dumpOf(), dumpOf())).toMatchObject({ equal: true, documents: 0 })
  })
})

describe('canonical JSON', () => {
  it('is what JSON keeps, with fields in order', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'ä"' }], a: undefined, A: true })).toBe(
      '{"A":true,"b":[1,{"c":"ä\\"","d":null}]}',
    )
  })
})
