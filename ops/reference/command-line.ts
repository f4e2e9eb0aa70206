import type { Command } from 'commander'
import { createProgram } from '../cli/program.ts'

/** The help of every command, as the program prints it. */
export const commandLinePage = (): string => {
  const program = createProgram({
    run: async () => {},
    serve: async () => 0,
    engines: () => Promise.reject(new Error('nothing is run here')),
    setExitCode: () => {},
    print: () => {},
  })
  return ['# Command line', '', ...section(program, []), ...sectionsBelow(program, [])].join('\n').trimEnd()
}

const sectionsBelow = (command: Command, path: readonly string[]): readonly string[] =>
  command.commands
    .filter((each) => !['help', 'complete'].includes(each.name()))
    .flatMap((each) => {
      const here = [...path, each.name()]
      return [`## ${here.join(' ')}`, '', ...section(each, here), ...sectionsBelow(each, here)]
    })

/** At one width, whichever terminal it is printed on. */
const section = (command: Command, path: readonly string[]): readonly string[] => {
  let text = ''
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
    getOutHelpWidth: () => 100,
  })
  command.outputHelp()
  const name = ['coffer', ...path].join(' ')
  return ['```', text.trimEnd().replace(/^Usage: .*? \[/, `Usage: ${name} [`), '```', '']
}
