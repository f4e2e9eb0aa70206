import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createOutput, formatFields } from '../../../../ops/cli/output.ts'
import { formatTable } from '../../../../ops/cli/table.ts'
import type { Terminal } from '../../../../ops/cli/terminal.ts'
import { printable } from '../../../../ops/cli/text.ts'

const rows = [
  { name: 'shop', port: 15_432 },
  { name: 'a longer name', port: null },
]
const columns = [
  ['NAME', ({ name }: (typeof rows)[number]) => name],
  ['PORT', ({ port }: (typeof rows)[number]) => port],
] as const

const createTerminal = () => {
  const [stdout, stderr] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })]
  const terminal: Terminal = { stdout, stderr, stdin: process.stdin }
  return { terminal, stdout: () => stdout.read(), stderr: () => stderr.read() }
}

describe('output', () => {
  it('puts columns beneath each other and says - for nothing', () => {
    expect(formatTable(rows, columns)).toBe('NAME           PORT\nshop           15432\na longer name  -')
  })

  it('leaves out fields that hold nothing', () => {
    const fields = [
      ['name', 'shop'],
      ['fault', null],
      ['endpoint', '127.0.0.1'],
    ] as const
    expect(formatFields(fields)).toEqual(['name      shop', 'endpoint  127.0.0.1'])
  })

  it('lets no text tell the terminal what to do', () => {
    const clearing = 'a\u001b[2J\u009b2J\r\u0007\u007fz'
    const shown = 'a\\x1b[2J\\x9b2J\\x0d\\x07\\x7fz'
    expect(formatTable([{ name: clearing, port: 1 }], columns)).toContain(`${shown}  1`)
    expect(formatFields([['error', clearing]])).toEqual([`error  ${shown}`])
    expect(printable('two\n\tlines, ö and 🙂')).toBe('two\n\tlines, ö and 🙂')
  })

  it('is one JSON value on standard output, also for an empty list', async () => {
    const { terminal, stdout } = createTerminal()
    await createOutput('json', terminal).list([], columns, 'nothing there')
    expect(JSON.parse(stdout())).toEqual([])
  })

  it('is YAML when that is asked for', async () => {
    const { terminal, stdout } = createTerminal()
    await createOutput('yaml', terminal).one({ name: 'shop', databases: ['app'] }, () => [])
    expect(stdout()).toBe('name: shop\ndatabases:\n  - app\n')
  })

  it('is ids alone when that is asked for, with nothing for an empty list', async () => {
    const { terminal, stdout, stderr } = createTerminal()
    const output = createOutput('ids', terminal)
    const withId = [['ID', ({ id }: { readonly id: string }) => id]] as const
    await output.list([{ id: 'a' }, { id: 'b' }], withId, 'nothing there')
    await output.list([], withId, 'nothing there')
    await output.one({ id: 'c', name: 'shop' }, () => ['shop'])
    expect([stdout(), stderr()]).toEqual(['a\nb\nc\n', null])
  })

  it('tells people on standard error that a list is empty, and prints nothing', async () => {
    const { terminal, stdout, stderr } = createTerminal()
    await createOutput('table', terminal).list([], columns, 'nothing there')
    expect([stdout(), stderr()]).toEqual([null, 'nothing there\n'])
  })

  it('prints a failure for programs only', async () => {
    const failure = { code: 'NOT_FOUND', message: 'no' }
    const [people, programs] = [createTerminal(), createTerminal()]
    await createOutput('table', people.terminal).failure(failure)
    await createOutput('json', programs.terminal).failure(failure)
    expect(people.stdout()).toBeNull()
    expect(JSON.parse(programs.stdout())).toEqual({ error: failure })
  })

  it('prints what there is in spite of a failure for both, as one JSON value for programs', async () => {
    const failure = { code: 'WAIT_TIMEOUT', message: 'not yet' }
    const result = { value: { name: 'shop' }, lines: () => ['name  shop'] }
    const [people, programs] = [createTerminal(), createTerminal()]
    await createOutput('table', people.terminal).failure(failure, result)
    await createOutput('json', programs.terminal).failure(failure, result)
    expect(people.stdout()).toBe('name  shop\n')
    expect(JSON.parse(programs.stdout())).toEqual({ name: 'shop', error: failure })
  })

  it('lets no line of a stream tell the terminal what to do', async () => {
    const { terminal, stdout } = createTerminal()
    await createOutput('table', terminal).item({}, () => 'by \u001b[2J')
    expect(stdout()).toBe('by \\x1b[2J\n')
  })
})
