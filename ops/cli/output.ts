import type { FailureDetails, Result } from './failure.ts'
import { stylesFor, type Terminal } from './terminal.ts'

export const outputFormats = ['table', 'json', 'yaml'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** A column: its heading and how to get its text out of a row. */
export type Column<Row> = readonly [heading: string, text: (row: Row) => string | number | null | undefined]

/** `ids`: the id of each thing, a line each, and nothing for people. */
export type OutputForm = OutputFormat | 'ids'

/** Results go to standard output in the form that was asked for, and nothing else does. */
export type Output = {
  readonly format: OutputForm
  readonly list: <Row>(rows: readonly Row[], columns: readonly Column<Row>[], whenEmpty: string) => Promise<void>
  /** One thing: in a table its `lines`, else the value itself. */
  readonly one: (value: unknown, lines: () => readonly string[]) => Promise<void>
  /** One of a stream of things: a line of text, a line of JSON or a YAML document. */
  readonly item: (value: unknown, line: () => string) => Promise<void>
  /** In JSON and YAML one thing: the failure, and beside it the result, where there is one in spite of it. */
  readonly failure: (failure: FailureDetails, result?: Result) => Promise<void>
}

export const createOutput = (format: OutputForm, { stdout, stderr }: Terminal): Output => {
  const write = (text: string): void => {
    stdout.write(`${text}\n`)
  }
  const structured = async (value: unknown): Promise<void> => {
    if (format === 'json') return write(JSON.stringify(value, null, 2))
    const { stringify } = await import('yaml')
    write(stringify(value).trimEnd())
  }
  const idLine = (value: unknown): string | null =>
    typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : null
  const writeId = (value: unknown): void => {
    const id = idLine(value)
    if (id !== null) write(id)
  }
  return {
    format,
    async list(rows, columns, whenEmpty) {
      if (format === 'ids') return rows.forEach(writeId)
      if (format !== 'table') return structured(rows)
      if (rows.length === 0) stderr.write(`${whenEmpty}\n`)
      else write(formatTable(rows, columns, stylesFor(stdout).bold))
    },
    async one(value, lines) {
      if (format === 'ids') return writeId(value)
      if (format !== 'table') return structured(value)
      write(lines().join('\n'))
    },
    async item(value, line) {
      if (format === 'ids') writeId(value)
      else if (format === 'table') write(printable(line()))
      else if (format === 'json') write(JSON.stringify(value))
      else {
        write('---')
        await structured(value)
      }
    },
    async failure(failure, result) {
      if (format === 'ids') {
        if (result) writeId(result.value)
      } else if (format !== 'table') await structured({ ...result?.value, error: failure })
      else if (result) write(result.lines().join('\n'))
    },
  }
}

/**
 * Text as it can be shown: with control characters written out, but for the ends of lines and tabs. What is shown may come from anywhere, and
 * a terminal obeys them.
 */
export const printable = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** Columns as wide as their longest text, two spaces between them. */
export const formatTable = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  heading: (text: string) => string = (text) => text,
): string => {
  const cells = rows.map((row) => columns.map(([, text]) => printable(String(text(row) ?? '-'))))
  const widths = columns.map(([name], index) => Math.max(name.length, ...cells.map((line) => line[index]?.length ?? 0)))
  const format = (line: readonly string[]): string =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  return [heading(format(columns.map(([name]) => name))), ...cells.map(format)].join('\n')
}

/** `name  value` lines, the values beneath each other. Without those that are null. */
export const formatFields = (
  fields: readonly (readonly [name: string, value: string | number | null | undefined])[],
): string[] => {
  const shown = fields.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${printable(String(value))}`)
}
