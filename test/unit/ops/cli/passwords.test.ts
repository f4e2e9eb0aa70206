import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { collectPasswords, type PasswordSources, parseUser } from '../../../../ops/cli/passwords.ts'
import type { Terminal } from '../../../../ops/cli/terminal.ts'

const none: PasswordSources = { fromEnvironment: [], fromStdin: undefined, fromPrompt: [] }
const terminalWith = (input: string): Terminal => ({
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  // All that is asked of it here is what any stream has.
  stdin: Readable.from([input]) as unknown as Terminal['stdin'],
})
const users = [{ name: 'app' }, { name: 'ops', password: 'given' }]

describe('a user on the command line', () => {
  it.each([
    ['app', { name: 'app' }],
    ['app:secret', { name: 'app', password: 'secret' }],
    ['app:a:b', { name: 'app', password: 'a:b' }],
    ['app:', { name: 'app', password: '' }],
  ])('%s', (argument, expected) => {
    expect(parseUser(argument)).toEqual(expected)
  })
})

describe('passwords that stay off the command line', () => {
  it('come from an environment variable', async () => {
    const found = await collectPasswords(
      users,
      { ...none, fromEnvironment: ['app=PW'] },
      { PW: 'x=y' },
      terminalWith(''),
    )
    expect(found[0]).toEqual({ name: 'app', password: 'x=y' })
  })

  it('come from the first line of standard input', async () => {
    const found = await collectPasswords(users, { ...none, fromStdin: 'app' }, {}, terminalWith('first\nsecond\n'))
    expect(found[0]).toEqual({ name: 'app', password: 'first' })
  })

  it.each([
    ['for nobody', { ...none, fromEnvironment: ['stranger=PW'] }],
    ['twice', { ...none, fromEnvironment: ['ops=PW'] }],
    ['from a variable that is not set', { ...none, fromEnvironment: ['app=NOTHING'] }],
    ['from an empty standard input', { ...none, fromStdin: 'app' }],
    ['from a prompt where there is no terminal', { ...none, fromPrompt: ['app'] }],
  ])('are refused %s', async (_what, sources) => {
    await expect(collectPasswords(users, sources, { PW: 'x' }, terminalWith(''))).rejects.toThrow(
      /password|variable|input/,
    )
  })
})
