import type { Command } from 'commander'

/** The words that may follow each command, by its path (`coffer instance`). */
const wordsByPath = (command: Command, path: string): readonly (readonly [path: string, words: string])[] => {
  const own = [
    ...command.commands.map((child) => child.name()),
    ...command.options.map(({ long }) => long ?? ''),
    '--help',
  ]
  return [
    [path, own.filter((word) => word !== '').join(' ')],
    ...command.commands.flatMap((child) =>
      [child.name(), ...child.aliases()].flatMap((name) => wordsByPath(child, `${path} ${name}`)),
    ),
  ]
}

/** A completion function for bash: looks up what may follow the commands typed so far. */
export const bashCompletion = (program: Command): string => {
  const cases = wordsByPath(program, 'coffer').map(([path, words]) => `    '${path}') words='${words}' ;;`)
  return `_coffer() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path=coffer words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) _coffer_known "$path $word" && path="$path $word" ;; esac
  done
  _coffer_known "$path"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_coffer_known() {
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}
complete -o default -F _coffer coffer`
}

/** zsh understands bash's completion functions. */
export const zshCompletion = (program: Command): string =>
  `autoload -Uz bashcompinit && bashcompinit\n${bashCompletion(program)}`
