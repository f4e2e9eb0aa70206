import type { FailureDetails, Result } from './failure.ts'
import { type Column, formatTable } from './table.ts'
import { stylesFor, type Terminal } from './terminal.ts'
import { printable } from './text.ts'

export const outputFormats = ['table', 'json', 'yaml'] as const
export type OutputFormat = (typeof outputFormats)[number]

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
      else write(formatTable(rows, columns, { heading: stylesFor(stdout).bold, ...widthOfTerminal(stdout) }))
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

/** A file or a pipe has none: there, nothing is cut. */
const widthOfTerminal = ({ isTTY, columns }: Terminal['stdout']): { readonly width?: number } =>
  isTTY && columns ? { width: columns } : {}

/** `name  value` lines, the values beneath each other. Without those that are null. */
export const formatFields = (
  fields: readonly (readonly [name: string, value: string | number | null | undefined])[],
): string[] => {
  const shown = fields.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${printable(String(value))}`)
}
