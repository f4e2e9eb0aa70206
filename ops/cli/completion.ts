import type { Command, Option } from 'commander'

/** What the server knows by name: the words an argument or an option of that kind may be. */
export type NamedThings = 'instance' | 'flavor' | 'datastore'
export type ReadNames = (what: NamedThings) => Promise<readonly string[]>

const isNamed = (word: string): word is NamedThings => ['instance', 'flavor', 'datastore'].includes(word)

/**
 * The words that may stand where the last of `words` does, which may be begun: subcommands, options, what an option accepts, or what the server
 * has by name. Without `coffer` itself.
 */
export const candidates = async (
  program: Command,
  words: readonly string[],
  readNames: ReadNames,
): Promise<readonly string[]> => {
  const current = words.at(-1) ?? ''
  const { command, values, option } = whereTheyLead(program, words.slice(0, -1))
  const all = option
    ? await valuesOf(option, readNames)
    : current.startsWith('-')
      ? optionsOf(command)
      : command.commands.length > 0
        ? command.commands.map((each) => each.name())
        : await argumentsOf(command, values, readNames)
  return all.filter((word) => word.startsWith(current))
}

type Place = {
  readonly command: Command
  /** How many arguments of it were given. */
  readonly values: number
  /** The option that waits for its value. */
  readonly option: Option | undefined
}

const whereTheyLead = (program: Command, words: readonly string[]): Place => {
  let command = program
  let values = 0
  let option: Option | undefined
  for (const word of words) {
    if (option) {
      option = undefined
      continue
    }
    if (word.startsWith('-')) {
      const found = command.options.find(({ short, long }) => word === short || word === long)
      option = found && (found.required || found.optional) ? found : undefined
      continue
    }
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word))
    if (next) command = next
    else values += 1
  }
  return { command, values, option }
}

const optionsOf = (command: Command): readonly string[] => [
  ...command.options.map(({ long, short }) => long ?? short ?? ''),
  '--help',
]

const valuesOf = async (option: Option, readNames: ReadNames): Promise<readonly string[]> => {
  if (option.argChoices) return option.argChoices
  const name = option.attributeName()
  return isNamed(name) ? readNames(name) : []
}

const argumentsOf = async (command: Command, values: number, readNames: ReadNames): Promise<readonly string[]> => {
  const given = command.registeredArguments
  const argument = given[values] ?? (given.at(-1)?.variadic ? given.at(-1) : undefined)
  const name = argument?.name() ?? ''
  return isNamed(name) ? readNames(name) : []
}

/** Each asks the program itself, so that it offers what the program and the server know now. */
export const completionScripts = {
  bash: `_coffer() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _coffer coffer`,
  zsh: `_coffer() {
  local -a found
  found=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _coffer coffer`,
  fish: `complete -c coffer -f -a '(set -l words (commandline -opc) (commandline -ct); $words[1] complete -- $words[2..-1] 2>/dev/null)'`,
} as const

export type Shell = keyof typeof completionScripts
