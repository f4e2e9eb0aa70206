import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOutput } from '../../../../ops/cli/output.ts'
import { type Column, formatTable } from '../../../../ops/cli/table.ts'
import type { Terminal } from '../../../../ops/cli/terminal.ts'
import { cutTo, padTo, widthOf } from '../../../../ops/cli/text.ts'

type Row = { readonly name: string; readonly note: string; readonly id: string }
const columns: readonly Column<Row>[] = [
  ['NAME', ({ name }) => name, 'cutting'],
  ['NOTE', ({ note }) => note, 'cutting'],
  ['ID', ({ id }) => id],
]
const id = '0198c0de'
const long: Row = { name: 'a name with so many letters that it fills the line', note: 'short', id }

describe('a table on a terminal', () => {
  it('is cut to its width where the columns bear it, the widest first, and never in an id', () => {
    const lines = formatTable([long], columns, { width: 40 }).split('\n')
    expect(lines).toEqual(['NAME                     NOTE   ID', 'a name with so many le…  short  0198c0de'])
    expect(widthOf(lines[1] ?? '')).toBe(40)
  })

  it('is as it is when it fits, and cut no further than to what still tells something', () => {
    expect(formatTable([long], columns, { width: 200 })).toBe(formatTable([long], columns))
    expect(formatTable([long], columns, { width: 10 }).split('\n')[1]).toBe('a name…   short  0198c0de')
  })

  it('puts what is wide, or has no width, beneath each other as people see it', () => {
    const rows = ['注文データベース', 'cafe\u0301', 'plain'].map((name) => ({ name, note: '-', id }))
    const [, ...lines] = formatTable(rows, columns).split('\n')
    expect(lines.map((line) => widthOf(line.slice(0, line.lastIndexOf(id))))).toEqual([24, 24, 24])
  })

  it('fits every width from its least on, whatever the names are', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 40 })
    fc.assert(
      fc.property(fc.array(fc.record({ name, note: name, id: fc.constant(id) }), { minLength: 1 }), (rows) => {
        const width = 8 + 8 + id.length + 4
        for (const line of formatTable(rows, columns, { width }).split('\n')) {
          expect(widthOf(line)).toBeLessThanOrEqual(width)
        }
      }),
    )
  })

  it('is whole where it goes into a file or a pipe', async () => {
    const list = async (stream: object): Promise<string> => {
      const stdout = Object.assign(new PassThrough({ encoding: 'utf8' }), stream)
      const terminal: Terminal = { stdout, stderr: new PassThrough(), stdin: process.stdin }
      await createOutput('table', terminal).list([long], columns, '')
      return stdout.read()
    }
    expect(await list({ columns: 40 })).toContain(long.name)
    expect(await list({ isTTY: true, columns: 40, hasColors: () => false })).toContain('a name with so many le…')
    // Some terminals do not tell their width.
    expect(await list({ isTTY: true, columns: 0, hasColors: () => false })).toContain(long.name)
  })
})

describe('a text of a certain width', () => {
  it('is cut between characters as people see them', () => {
    expect(cutTo('日本語', 5)).toBe('日本…')
    expect(cutTo('日本語', 4)).toBe('日…')
    expect(cutTo('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3)).toBe('👩‍👩‍👧‍👦…')
    expect(cutTo('fits', 4)).toBe('fits')
  })

  it('is padded by what is left', () => {
    expect(padTo('日本', 6)).toBe('日本  ')
    expect(padTo('longer', 3)).toBe('longer')
  })
})
