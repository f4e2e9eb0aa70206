import { Command, type Option } from 'commander'

const rootText = `
Begin with:
  coffer instance create shop --datastore postgresql --database app --user app --wait
  coffer connect shop

Environment:
  COFFER_URL          where the server is (default: the local one, else the one you logged in to)
  COFFER_TOKEN        the token to show (default: the one of that server)
  COFFER_DB_PASSWORD  the password for "coffer connect", which is asked for otherwise

Exit codes: 0 done, 1 no answer from the server, 2 refused, 3 failed, 4 deadline passed`

/** What an option may be and is by default, where that says anything: not that it is off or empty. */
const optionDescription = ({ description, argChoices, defaultValue }: Option): string => {
  const isTold = defaultValue !== undefined && defaultValue !== false && String(defaultValue) !== ''
  const notes = [...(argChoices ? [argChoices.join(', ')] : []), ...(isTold ? [`default: ${defaultValue}`] : [])]
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`
}

/** The program with its help as all its commands have it, which it is given before they are added to it. */
export const createHelpfulProgram = (version: string): Command =>
  new Command('coffer')
    .description('Coffer: databases for the asking. A client of the API of a Coffer server.')
    .version(version, '-V, --version', 'say which version this is')
    // Else the one above would be taken for `instance create --version`.
    .enablePositionalOptions()
    .helpOption('-h, --help', 'say what can be done')
    .configureHelp({ optionDescription })
    .addHelpText('after', rootText)
    .showHelpAfterError('(add --help for what is accepted)')

/** To be added last. Commander's own knows commands of the program alone, and says nothing of one that does not exist. */
export const addHelpCommand = (program: Command): void => {
  const groups = (command: Command): readonly Command[] =>
    command.commands.filter(({ commands }) => commands.length > 0).flatMap((group) => [group, ...groups(group)])
  for (const group of groups(program)) group.helpCommand('help [command]', 'say more of one of these')
  program
    .command('help [command...]')
    .description('say more of a command, such as "coffer help instance create"')
    .action((words: readonly string[]) => {
      let found = program
      for (const word of words) {
        const next = found.commands.find((each) => each.name() === word || each.aliases().includes(word))
        if (!next) return program.error(`error: there is no command "${words.join(' ')}"`)
        found = next
      }
      found.outputHelp()
    })
}
