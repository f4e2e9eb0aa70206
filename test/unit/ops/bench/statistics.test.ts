import { describe, expect, it } from 'vitest'
import { compare, comparedFigure } from '../../../../ops/bench/compare.ts'
import { isMet, unmeasured } from '../../../../ops/bench/figure.ts'
import { median, percentile } from '../../../../ops/bench/statistics.ts'

const signal = new AbortController().signal

describe('the statistics of the benchmark', () => {
  it('take the middle of an odd number of values, in whatever order they come', () => {
    expect(median([9, 1, 5])).toBe(5)
  })

  it('take the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  it('find the ends at 0 and 100 percent, and lie between two values where the rank does', () => {
    const values = Array.from({ length: 101 }, (_, index) => index)
    expect(percentile(values, 0)).toBe(0)
    expect(percentile(values, 99)).toBe(99)
    expect(percentile(values, 100)).toBe(100)
    expect(percentile([10, 20], 75)).toBe(17.5)
  })

  it('say of nothing that it is not a number', () => {
    expect(median([])).toBeNaN()
  })
})

describe('a comparison', () => {
  it('runs subject and floor in turns and changes who goes first', async () => {
    const order: string[] = []
    const run = (name: string) => async () => {
      order.push(name)
      return 1
    }
    await compare(3, { subject: run('subject'), floor: run('floor'), signal })
    expect(order).toEqual(['floor', 'subject', 'subject', 'floor', 'floor', 'subject'])
  })

  it('tells medians, and the median of the ratios of neighbours', () => {
    const figure = comparedFigure({ name: 'x', unit: '/s', bars: [] }, { values: [10, 30, 20], floors: [20, 30, 80] })
    expect(figure).toMatchObject({ value: 20, floor: 30, ratio: 0.5 })
  })

  it('ends when it is told to', async () => {
    const once = async () => 1
    await expect(compare(1, { subject: once, floor: once, signal: AbortSignal.abort() })).rejects.toThrow()
  })
})

describe('a bar', () => {
  const figure = { name: 'x', unit: 's', value: 1, floor: 1, ratio: 1.5 } as const

  it.each([
    ['at most', 1.5, true],
    ['at most', 1.4, false],
    ['under', 1.5, false],
    ['under', 1.6, true],
    ['at least', 1.5, true],
    ['at least', 1.6, false],
  ] as const)('of a ratio %s %d is met by 1.5: %s', (bound, limit, met) => {
    expect(isMet({ ...figure, bars: [{ of: 'ratio', bound, limit }] })).toBe(met)
  })

  it('is met only together with the others', () => {
    const ratio = { of: 'ratio', bound: 'at most', limit: 2 } as const
    expect(isMet({ ...figure, bars: [ratio, { of: 'value', bound: 'under', limit: 1 }] })).toBe(false)
    expect(isMet({ ...figure, bars: [ratio, { of: 'value', bound: 'under', limit: 2 }] })).toBe(true)
  })

  it('is missed by what could not be computed', () => {
    expect(isMet({ ...figure, value: Number.NaN, bars: [{ of: 'value', bound: 'under', limit: 1 }] })).toBe(false)
  })

  it('of nothing is neither met nor missed', () => {
    expect(isMet({ ...figure, bars: [] })).toBeNull()
  })
})

describe('figures of nothing', () => {
  const figure = { name: 'x', unit: 'ms', value: 1, floor: null, ratio: null, bars: [] } as const

  it('are named, also where they have no bar to miss', () => {
    const figures = [
      figure,
      { ...figure, name: 'no value', value: median([]) },
      { ...figure, name: 'no floor', floor: median([]) },
      { ...figure, name: 'nothing to compare with', floor: 0, ratio: 1 / 0 },
    ]
    expect(unmeasured({ figures, notes: [] })).toEqual(['no value', 'no floor', 'nothing to compare with'])
  })
})
