import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { candidates, completionScripts } from '../../../../ops/cli/completion.ts'
import { createProgram } from '../../../../ops/cli/program.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const program = createProgram({
  run: async () => {},
  serve: async () => 0,
  engines: () => Promise.reject(new Error('nothing is run here')),
  setExitCode: () => {},
  print: () => {},
})
const names = { instance: ['shop', 'shelf'], flavor: ['tiny', 'small'], datastore: ['postgresql'] }
const offered = (...words: readonly string[]) => candidates(program, words, async (what) => names[what])

describe('tab completion', () => {
  it('offers commands, then their subcommands, then options', async () => {
    expect(await offered('inst')).toEqual(['instance'])
    expect(await offered('instance', 're')).toEqual(['rename', 'resize', 'restart', 'remove-unlisted'])
    expect(await offered('instance', 'create', 'shop', '--da')).toEqual(['--datastore', '--database'])
    expect(await offered('token', '')).toEqual(expect.arrayContaining(['issue', 'list', 'revoke']))
  })

  it('offers what an option accepts', async () => {
    expect(await offered('instance', 'list', '-o', '')).toEqual(['table', 'json', 'yaml'])
    expect(await offered('token', 'issue', 'ci', '--role', 'm')).toEqual(['member'])
    expect(await offered('instance', 'create', '--flavor', 's')).toEqual(['small'])
    expect(await offered('instance', 'list', '--datastore', '')).toEqual(['postgresql'])
  })

  it('offers the names of instances where one is to be named, and there alone', async () => {
    expect(await offered('instance', 'stop', 'sh')).toEqual(['shop', 'shelf'])
    expect(await offered('connect', '')).toEqual(['shop', 'shelf'])
    expect(await offered('events', '--instance', 'she')).toEqual(['shelf'])
    expect(await offered('instance', 'stop', '--wait', 'shop', '')).toEqual([])
    expect(await offered('instance', 'create', '')).toEqual([])
  })

  const temp = createTempDir('completion')
  /** A program that tells what it was asked. */
  const fake = (): string => {
    const directory = temp.next()
    mkdirSync(directory)
    writeFileSync(join(directory, 'coffer'), '#!/bin/sh\nprintf "%s\\n" "$@" "two words"\n')
    chmodSync(join(directory, 'coffer'), 0o755)
    return `${directory}:${process.env.PATH}`
  }

  it('asks the program from bash, word by word', () => {
    const script = `${completionScripts.bash}
COMP_WORDS=(coffer instance stop 'a b')
COMP_CWORD=3
_coffer
printf '%s\\n' "\${COMPREPLY[@]}"`
    const output = execFileSync('bash', ['-c', script], { encoding: 'utf8', env: { ...process.env, PATH: fake() } })
    expect(output.trim().split('\n')).toEqual(['complete', '--', 'instance', 'stop', 'a b', 'two words'])
  })

  it.for(['zsh', 'fish'] as const)('prints a script that %s can read', (shell, context) => {
    const missing = spawnSync(shell, ['--version']).status !== 0
    context.skip(missing, `needs ${shell}`)
    const path = `${temp.next()}.${shell}`
    writeFileSync(path, `${completionScripts[shell]}\n`)
    const checked = spawnSync(shell, ['-n', path], { encoding: 'utf8' })
    expect([checked.status, checked.stderr]).toEqual([0, ''])
  })
})
