import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { bashCompletion } from '../../../../ops/cli/completion.ts'
import { createProgram } from '../../../../ops/cli/program.ts'

const program = createProgram({ run: async () => {}, serve: async () => 0, setExitCode: () => {}, print: () => {} })

/** What bash offers for the last word. */
const offered = (...words: readonly string[]): readonly string[] => {
  const script = `${bashCompletion(program)}
COMP_WORDS=(coffer ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_coffer
printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n').filter(Boolean)
}

describe('tab completion', () => {
  it('offers commands, then their subcommands, then options', () => {
    expect(offered('inst')).toEqual(['instance'])
    expect(offered('instance', 're')).toEqual(['rename', 'restart', 'remove-unlisted'])
    expect(offered('instance', 'create', 'shop', '--da')).toEqual(['--datastore', '--database'])
    expect(offered('token', '')).toEqual(expect.arrayContaining(['issue', 'list', 'revoke']))
  })
})
