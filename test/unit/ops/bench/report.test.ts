import { describe, expect, it } from 'vitest'
import type { Figure } from '../../../../ops/bench/figure.ts'
import { BadOptions, parseOptions } from '../../../../ops/bench/options.ts'
import { createReport } from '../../../../ops/bench/report.ts'
import { rowNames } from '../../../../ops/bench/rows.ts'
import { formatReport } from '../../../../ops/bench/table.ts'

const figure: Figure = {
  name: 'durable commands, 16 callers',
  unit: '/s',
  value: 12_345.6,
  floor: 20_000,
  ratio: 0.617,
  bars: [{ of: 'ratio', bound: 'at least', limit: 0.5 }],
}
const at = new Date('2026-01-02T03:04:05.678Z')

describe('the report of the benchmark', () => {
  it('shows a figure beside its floor, its ratio, its bar and whether that is met', () => {
    const answer = { outcome: 'measured', measured: { figures: [figure], notes: ['as it was'] } } as const
    const text = formatReport(createReport([{ row: 'commands', answer }], { at, quick: false }))
    expect(text).toMatch(/^durable commands, 16 callers +12,346\/s +20,000\/s +0\.617 +ratio at least 0\.5 +yes$/m)
    expect(text).toContain('commands: as it was')
  })

  it('says NO where a bar is missed', () => {
    const slow = { ...figure, ratio: 0.4 }
    const answer = { outcome: 'measured', measured: { figures: [slow], notes: [] } } as const
    const report = createReport([{ row: 'commands', answer }], { at, quick: false })
    expect(formatReport(report)).toMatch(/ NO$/m)
    expect(report.rows[0]?.figures[0]?.met).toBe(false)
  })

  it('keeps the place of a row that could not be measured, and says why below', () => {
    const answer = { outcome: 'failed', reason: 'no engine was found' } as const
    const text = formatReport(createReport([{ row: 'create', answer }], { at, quick: true }))
    expect(text).toMatch(/^createInstance to the first successful client query +not measured$/m)
    expect(text).toContain('create: no engine was found')
  })

  it('tells a row that this machine lacks something for from one that went wrong', () => {
    const answer = { outcome: 'skipped', reason: 'Kafka needs Java 17 or later' } as const
    const report = createReport([{ row: 'hops', answer }], { at, quick: true })
    const text = formatReport(report)
    expect(text).toMatch(/^latency of every hop of the distributed system +skipped$/m)
    expect(text).toMatch(/^Skipped\n {2}hops: Kafka needs Java 17 or later$/m)
    expect(text).not.toContain('Could not be measured')
    expect(report.rows[0]).toMatchObject({ skipped: answer.reason, failure: null })
  })
})

describe('the options of the benchmark', () => {
  it('ask for every row unless told', () => {
    expect(parseOptions([])).toMatchObject({ rows: rowNames, quick: false })
  })

  it('take any number of rows', () => {
    expect(parseOptions(['--only', 'idle', '--only', 'create', '--quick'])).toMatchObject({
      rows: ['idle', 'create'],
      quick: true,
    })
  })

  it('refuse a row that there is not, and name those that there are', () => {
    expect(() => parseOptions(['--only', 'nothing'])).toThrow(/"nothing".*create, commands/)
  })

  it('refuse words that mean nothing, with how it is used', () => {
    expect(() => parseOptions(['--fast'])).toThrow(BadOptions)
    expect(() => parseOptions(['--fast'])).toThrow(/usage: npm run bench/)
  })
})
