import type { Bar, Figure, Unit } from './figure.ts'
import type { Report } from './report.ts'
import { rowTitles } from './rows.ts'

const header = ['row', 'figure', 'floor', 'ratio', 'bar', 'met'] as const

/** The report as people read it: one table, below it how the figures were come by and what could not be measured. */
export const formatReport = ({ rows, machine, quick }: Report): string => {
  const lines = rows.flatMap(({ figures, row, skipped, failure }) => {
    if (skipped === null && failure === null) return figures.map(toCells)
    return [[rowTitles[row], failure === null ? 'skipped' : 'not measured', '', '', '', '']]
  })
  const notes = rows.flatMap(({ row, notes: told }) => told.map((note) => `  ${row}: ${note}`))
  const skips = rows.flatMap(({ row, skipped }) => (skipped === null ? [] : [`  ${row}: ${skipped}`]))
  const failures = rows.flatMap(({ row, failure }) => (failure === null ? [] : [`  ${row}: ${failure}`]))
  const { processor, cores, memoryGiB, node, system } = machine
  return [
    table([[...header], ...lines]),
    '',
    `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}${quick ? '; a quick run, for orientation only' : ''}`,
    'Medians of several runs; floors are measured in the same run, in turns with the figures.',
    ...(notes.length > 0 ? ['', 'How it was measured', ...notes] : []),
    ...(skips.length > 0 ? ['', 'Skipped', ...skips] : []),
    ...(failures.length > 0 ? ['', 'Could not be measured', ...failures] : []),
  ].join('\n')
}

const toCells = (figure: Figure & { readonly met: boolean | null }): string[] => {
  const { name, unit, value, floor, ratio, bars, met } = figure
  return [
    name,
    formatValue(value, unit),
    floor === null ? '-' : formatValue(floor, unit),
    ratio === null ? '-' : formatNumber(ratio),
    bars.map((bar) => formatBar(bar, unit)).join(', ') || '-',
    met === null ? '-' : met ? 'yes' : 'NO',
  ]
}

const formatBar = ({ of, bound, limit }: Bar, unit: Unit): string =>
  of === 'ratio' ? `ratio ${bound} ${limit}` : `${bound} ${limit} ${unit}`

const formatValue = (value: number, unit: Unit): string => `${formatNumber(value)}${unit === '/s' ? '' : ' '}${unit}`

/** Three digits that mean something: 0.0123, 1.23, 12.3, 123, 12,345. */
const formatNumber = (value: number): string =>
  value >= 100
    ? Math.round(value).toLocaleString('en')
    : value.toLocaleString('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 })

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [head = [], ...body] = rows.map((row) => row.map((cell, column) => pad(cell, column, widths[column] ?? 0)))
  const rule = widths.map((width) => '-'.repeat(width))
  return [head, rule, ...body].map((cells) => cells.join('  ').trimEnd()).join('\n')
}

/** Numbers stand at the right of their column, words at the left. */
const pad = (cell: string, column: number, width: number): string =>
  column >= 1 && column <= 3 ? cell.padStart(width) : cell.padEnd(width)
