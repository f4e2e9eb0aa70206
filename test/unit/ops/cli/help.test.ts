import { type Command, CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../../../ops/cli/program.ts'
import { programVersion } from '../../../../ops/program-info.ts'

/** What a command line of `coffer` without a server writes, and its exit code as commander has it. */
const coffer = async (...words: string[]) => {
  const ran: string[] = []
  const program = createProgram({
    run: async (options) => void ran.push(JSON.stringify(options)),
    serve: async () => 0,
    engines: () => Promise.reject(new Error('nothing is run here')),
    setExitCode: () => {},
    print: () => {},
  })
  const [out, err]: [string[], string[]] = [[], []]
  let code = 0
  const prepare = (command: Command): void => {
    command.exitOverride().configureOutput({
      writeOut: (text) => void out.push(text),
      writeErr: (text) => void err.push(text),
      getOutHelpWidth: () => 120,
    })
    command.commands.forEach(prepare)
  }
  prepare(program)
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error
    code = error.exitCode
  })
  return { out: out.join(''), err: err.join(''), code, ran }
}

describe('the client without a server', () => {
  it.each(['--version', '-V'])('says which version it is: %s', async (option) => {
    expect(await coffer(option)).toMatchObject({ out: `${programVersion}\n`, err: '', code: 0 })
  })

  it('takes the version of an engine for what it is', async () => {
    const { out, ran } = await coffer('instance', 'create', 'shop', '--datastore', 'postgresql', '--version', '17')
    expect(out).toBe('')
    expect(ran.map((options) => JSON.parse(options))).toMatchObject([{ version: '17' }])
  })

  it.each([
    [['help'], 'Usage: coffer [options] [command]'],
    [['help', 'instance'], 'Usage: coffer instance|instances [options] [command]'],
    [['help', 'instance', 'create'], 'Usage: coffer instance create [options] <name>'],
    [['help', 'instances', 'ls'], 'Usage: coffer instance list|ls [options]'],
    [['instance', 'help', 'create'], 'Usage: coffer instance create [options] <name>'],
    [['help', 'admin', 'dead-letters', 'drop'], 'Usage: coffer admin dead-letters drop [options] [ids...]'],
  ])('helps with any command: %j', async (words, usage) => {
    const { out, err, code } = await coffer(...words)
    expect([out.split('\n')[0], err, code]).toEqual([usage, '', 0])
  })

  it('says of what is no command that there is none', async () => {
    const { out, err, code } = await coffer('help', 'instance', 'explode')
    expect([out, code]).toEqual(['', 1])
    expect(err).toBe('error: there is no command "instance explode"\n(add --help for what is accepted)\n')
  })

  it('tells defaults that are worth it, and choices as people write them', async () => {
    const { out } = await coffer('help', 'instance', 'create')
    expect(out).toContain('how to print the result (table, json, yaml; default: table)')
    expect(out).toContain('how long to wait at most (default: 300)')
    expect(out).not.toMatch(/default: (false|\[\]|\))/)
  })
})

describe('a value that no command can take', () => {
  it.each([
    [['instance', 'list', '--status', 'active,gone'], 'there is PROVISIONING, ACTIVE'],
    [['operation', 'list', '--status', 'gone'], 'there is PENDING, RUNNING'],
    [['operation', 'list', '--kind', 'wish'], 'there is PROVISION, '],
    [['instance', 'list', '--health', 'ill'], 'there is UNKNOWN, HEALTHY'],
    [['operation', 'list', '--limit', '-1'], 'a whole number from 0'],
    [['operation', 'watch', 'x', '--timeout', '-1'], 'a number of seconds'],
    [['operation', 'watch', 'x', '--timeout', '0'], 'a number of seconds'],
    [['instance', 'create', 'x', '--datastore', 'postgresql', '--volume', '3000000000'], 'up to 32 bits'],
  ])('is refused before anything is sent, with what can be taken: %j', async (words, message) => {
    const { err, code, ran } = await coffer(...words)
    expect(err).toContain(message)
    expect({ code, ran }).toEqual({ code: 1, ran: [] })
  })

  it('is none where it only is written in another way', async () => {
    const { ran } = await coffer('instance', 'list', '--status', 'active, failed')
    expect(JSON.parse(ran[0] ?? '')).toMatchObject({ status: ['ACTIVE', 'FAILED'] })
  })
})
