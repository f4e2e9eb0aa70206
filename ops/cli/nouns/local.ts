import { namesOf } from '../commands/complete.ts'
import { candidates, completionScripts, type NamedThings, type Shell } from '../completion.ts'
import type { Verbs } from '../verbs.ts'

/** What needs no server to be asked: a server itself, and tab completion. */
export const localVerbs: Verbs = (program, { run, serve, setExitCode, print }) => {
  if (serve) {
    program
      .command('serve')
      .description('run a server, or some roles of one, in the foreground')
      .option('--role <roles>', 'all, or some of api, saga, projector, agent with commas between them')
      .addHelpText('after', '\nIt is configured by environment variables: see docs/reference/configuration.md.')
      .action(async ({ role }) => setExitCode(await serve(role)))
  }
  const completion = program.command('completion').description('print a script for tab completion')
  const uses: Readonly<Record<Shell, string>> = {
    bash: 'source <(coffer completion bash)',
    zsh: 'source <(coffer completion zsh)',
    fish: 'coffer completion fish | source',
  }
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    completion
      .command(shell)
      .description(`use with: ${uses[shell]}`)
      .action(() => print(completionScripts[shell]))
  }
  // What those scripts ask. Without a server, names are left out.
  program.command('complete [words...]', { hidden: true }).action(async (words: readonly string[]) => {
    const names = async (what: NamedThings): Promise<readonly string[]> => {
      let found: readonly string[] = []
      await run({}, async (context) => {
        found = await namesOf(context, what)
      })
      return found
    }
    for (const word of await candidates(program, words, names)) print(word)
  })
}
