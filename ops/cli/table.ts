import { cutTo, padTo, printable, widthOf } from './text.ts'

/**
 * A column: its heading, how to get its text out of a row, and whether its text may be cut where the table is too wide for the terminal. Ids may not:
 * they are there to be copied.
 */
export type Column<Row> = readonly [
  heading: string,
  text: (row: Row) => string | number | null | undefined,
  bears?: 'cutting',
]

export type TableOptions = {
  readonly heading?: (text: string) => string
  /** Of the terminal, in columns. */
  readonly width?: number
}

const gap = '  '
/** A name that is cut further tells nothing. */
const leastWidth = 8

/** Columns as wide as their longest text, two spaces between them; those that bear it are cut until the table fits the width, as far as it can. */
export const formatTable = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { heading = (text) => text, width = Number.POSITIVE_INFINITY }: TableOptions = {},
): string => {
  const cells = rows.map((row) => columns.map(([, text]) => printable(String(text(row) ?? '-'))))
  const wanted = columns.map(([name], index) =>
    Math.max(widthOf(name), ...cells.map((line) => widthOf(line[index] ?? ''))),
  )
  const widths = fitted(wanted, columns, width)
  const format = (line: readonly string[]): string =>
    line
      .map((cell, index) => padTo(cutTo(cell, widths[index] ?? 0), widths[index] ?? 0))
      .join(gap)
      .trimEnd()
  return [heading(format(columns.map(([name]) => name))), ...cells.map(format)].join('\n')
}

/** Takes what is too much from the widest column that bears it, again and again. */
const fitted = (wanted: readonly number[], columns: readonly Column<never>[], width: number): readonly number[] => {
  const widths = [...wanted]
  const least = columns.map(([name, , bears], index) =>
    bears ? Math.max(leastWidth, widthOf(name)) : (wanted[index] ?? 0),
  )
  const total = (): number => widths.reduce((sum, each) => sum + each, gap.length * (widths.length - 1))
  while (total() > width) {
    const room = widths.map((each, index) => (each > (least[index] ?? 0) ? each : 0))
    const widest = room.indexOf(Math.max(...room))
    if (!room[widest]) break
    widths[widest] = room[widest] - 1
  }
  return widths
}
