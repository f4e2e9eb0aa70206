import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stylesFor } from '../../../../ops/cli/terminal.ts'
import { programDir } from '../../../../ops/program-info.ts'

const red = '\u001b[31m'

describe('colours', () => {
  it('are for a terminal that shows them, and for no file, pipe or terminal without them', () => {
    const words = (stream: Parameters<typeof stylesFor>[0]) => stylesFor(stream).red('refused')
    expect(words({ isTTY: true, hasColors: () => true })).toBe(`${red}refused\u001b[39m`)
    expect(words({ isTTY: true, hasColors: () => false })).toBe('refused')
    expect(words({ isTTY: false, hasColors: () => true })).toBe('refused')
    expect(words({ hasColors: () => true })).toBe('refused')
  })

  const hasScript = spawnSync('script', ['--version']).status === 0
  it.runIf(hasScript).each([
    ['a terminal that is asked for nothing', { TERM: 'xterm' }, true],
    ['NO_COLOR=1', { TERM: 'xterm', NO_COLOR: '1' }, false],
    ['TERM=dumb', { TERM: 'dumb' }, false],
  ])('are there or not, as the user wants, with %s (needs script)', (_, wishes, coloured) => {
    // Its error is the shortest that the client says in colours.
    const { stdout } = spawnSync('script', ['-qec', `'${join(programDir, 'coffer')}' instance list`, '/dev/null'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, COFFER_URL: 'http://127.0.0.1:9', COFFER_TOKEN: 'none', ...wishes },
    })
    expect(stdout).toContain('127.0.0.1:9 cannot be reached')
    expect(stdout.includes('\u001b[')).toBe(coloured)
  })
})
